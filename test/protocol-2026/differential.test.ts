import { describe, expect, test } from "vitest";
import { answerOf, requestsNamed } from "./differential/answers.ts";
import { createEverything } from "./differential/everything-server.ts";
import { expectSameAtRandom } from "./differential/random-requests.ts";
import { REQUESTS } from "./differential/requests.ts";
import { anyUser, instanceOf } from "./instances.ts";

describe("the direct path answers as the SDK's createMcpHandler does", () => {
  const direct = instanceOf(createEverything, {});
  const sdk = instanceOf(createEverything, { fastPath: false });

  test.each(REQUESTS)("%s", async (_name, request) => {
    expect(await answerOf(direct, request)).toEqual(await answerOf(sdk, request));
  });

  test("callers with tokens", async () => {
    const instances = [
      instanceOf(createEverything, { verifier: anyUser, audit: "off" }),
      instanceOf(createEverything, { verifier: anyUser, audit: "off", fastPath: false }),
    ];
    for (const { message, options } of requestsNamed("who calls", "a tool with a scope", "a plain call")) {
      const headers = { ...options.headers, authorization: "Bearer ada" };
      const [ours, expected] = await Promise.all(
        instances.map((instance) => answerOf(instance, { message, options: { ...options, headers } })),
      );
      expect(ours).toEqual(expected);
    }
  });

  test("requests made of these at random", async () => {
    await expectSameAtRandom(
      direct,
      sdk,
      REQUESTS.map(([, request]) => request),
    );
  });
});
