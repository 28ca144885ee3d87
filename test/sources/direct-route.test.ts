import { describe, expect, test } from "vitest";
import { defineServer } from "../../src/index.ts";
import { gateway } from "../../src/sources/sources.ts";
import { answerOf } from "../protocol-2026/differential/answers.ts";
import { createEverything } from "../protocol-2026/differential/everything-server.ts";
import { REQUESTS } from "../protocol-2026/differential/requests.ts";
import { instanceOf } from "../protocol-2026/instances.ts";

/** A gateway under the names of its one source. */
const gatewayOf = gateway({ all: defineServer({ createServer: createEverything }) }, { prefixes: { all: "" } });

/** The order of members says nothing. */
function readable(answer: unknown): unknown {
  const { body, ...rest } = answer as { readonly body: string };
  const lines = body.split("\n").map((line) => line.replace(/^data: /, ""));
  return { ...rest, body: lines.map((line) => (line.startsWith("{") ? JSON.parse(line) : line)) };
}

/** `fastPath: false` builds the server of the gateway, and the one behind it for the request. */
describe("a call that goes to its source directly is answered as one that the gateway hands on", () => {
  // Handed on, a client without a name gets that of the gateway.
  test.each(REQUESTS.filter(([what]) => what !== "a client without a name"))("%s", async (_name, request) => {
    const instances = [{}, { fastPath: false }].map((options) => instanceOf(gatewayOf.createServer, options));
    const answers = await Promise.all(instances.map((instance) => answerOf(instance, request)));
    const [direct, handedOn] = answers.map(readable);
    expect(direct).toEqual(handedOn);
  });
});
