import { describe, expect, test } from "vitest";
import type { ServerFactory } from "../../src/index.ts";
import { answerOf, expectSameByChance, requestsNamed } from "./differential/derived.ts";
import { createEverything } from "./differential/everything-server.ts";
import { REQUESTS } from "./differential/requests.ts";
import { anyUser, instanceOf } from "./instances.ts";

/** Told of the request, it makes a server for each; told of nothing, it makes servers that serve one call after another. */
const FACTORIES: ReadonlyArray<readonly [string, ServerFactory]> = [
  ["a server for each call", (_context) => createEverything()],
  ["servers that are used again", () => createEverything()],
];

describe.each(FACTORIES)("with %s, the answer is the SDK's own to", (_what, factory) => {
  const direct = instanceOf(factory, {});
  const entry = instanceOf(factory, { fastPath: false });

  test.each(REQUESTS)("%s", async (_request, request) => {
    const expected = await answerOf(entry, request);
    // Twice, because a server that is used again is not what it was.
    expect(await answerOf(direct, request)).toEqual(expected);
    expect(await answerOf(direct, request)).toEqual(expected);
  });

  test("callers with tokens", async () => {
    const arms = [
      instanceOf(factory, { verifier: anyUser, audit: "off" }),
      instanceOf(factory, { verifier: anyUser, audit: "off", fastPath: false }),
    ];
    for (const { message, options } of requestsNamed("who calls", "a tool with a scope", "a plain call")) {
      const headers = { ...options.headers, authorization: "Bearer ada" };
      const [mine, expected] = await Promise.all(
        arms.map((arm) => answerOf(arm, { message, options: { ...options, headers } })),
      );
      expect(mine).toEqual(expected);
    }
  });

  test("requests that chance made of these", async () => {
    const requests = REQUESTS.map(([, request]) => request);
    await expectSameByChance(direct, entry, requests);
  });
});
