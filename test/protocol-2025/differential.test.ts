import { describe, expect, test } from "vitest";
import type { ServerFactory } from "../../src/index.ts";
import { answerOf, asLegacy, expectSameByChance, requestsNamed } from "../protocol-2026/differential/derived.ts";
import { createEverything } from "../protocol-2026/differential/everything-server.ts";
import { createV1Everything } from "../protocol-2026/differential/everything-v1-server.ts";
import { REQUESTS } from "../protocol-2026/differential/requests.ts";
import { anyUser, instanceOf } from "../protocol-2026/instances.ts";

const FACTORIES: ReadonlyArray<readonly [string, ServerFactory]> = [
  ["servers of SDK v2", () => createEverything()],
  ["servers of SDK v1", () => createV1Everything()],
];

describe.each(FACTORIES)("used again, %s answer what new ones do to", (_what, factory) => {
  const reused = instanceOf(factory, {});
  const anew = instanceOf(factory, { fastPath: false });

  test.each(REQUESTS)("%s", async (_request, request) => {
    const expected = await answerOf(anew, asLegacy(request));
    for (let n = 0; n < 3; n++) expect(await answerOf(reused, asLegacy(request))).toEqual(expected);
  });

  test("callers with tokens", async () => {
    const arms = [
      instanceOf(factory, { verifier: anyUser, audit: "off" }),
      instanceOf(factory, { verifier: anyUser, audit: "off", fastPath: false }),
    ];
    for (const request of requestsNamed("who calls", "a tool with a scope", "a plain call")) {
      const { message, options } = asLegacy(request);
      for (const user of ["ada", "bob"]) {
        const headers = { ...options.headers, authorization: `Bearer ${user}` };
        const sent = { message, options: { ...options, headers } };
        const [mine, expected] = await Promise.all(arms.map((arm) => answerOf(arm, sent)));
        expect(mine).toEqual(expected);
      }
    }
  });

  test("requests that chance made of these", async () => {
    const requests = REQUESTS.map(([, request]) => asLegacy(request));
    await expectSameByChance(reused, anew, requests);
  });
});
