import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ServerFactory } from "../../src/index.ts";
import { type Caller, textOf } from "../core/messages.ts";
import { createEverything } from "./differential/everything-server.ts";
import { REQUESTS, type Sent } from "./differential/requests.ts";
import { anyUser, instanceOf } from "./instances.ts";

/** Told of the request, it makes a server for each; told of nothing, it makes servers that serve one call after another. */
const FACTORIES: ReadonlyArray<readonly [string, ServerFactory]> = [
  ["a server for each call", (_context) => createEverything()],
  ["servers that are used again", () => createEverything()],
];

const answerOf = async (call: Caller, { message, options }: Sent): Promise<unknown> => {
  const response = await call(message, options);
  return { status: response.status, headers: response.headers, body: await textOf(response) };
};

describe.each(FACTORIES)("with %s, the answer is the SDK's own to", (_what, factory) => {
  const direct = instanceOf(factory, {});
  const entry = instanceOf(factory, { shortcuts: false });

  test.each(REQUESTS)("%s", async (_request, request) => {
    const expected = await answerOf(entry, request);
    // Twice, because a server that is used again is not what it was.
    expect(await answerOf(direct, request)).toEqual(expected);
    expect(await answerOf(direct, request)).toEqual(expected);
  });

  test("callers with tokens", async () => {
    const arms = [
      instanceOf(factory, { verifier: anyUser, audit: "off" }),
      instanceOf(factory, { verifier: anyUser, audit: "off", shortcuts: false }),
    ];
    const named = REQUESTS.filter(([what]) => ["who calls", "a tool with a scope", "a plain call"].includes(what));
    for (const [, { message, options }] of named) {
      const headers = { ...options.headers, authorization: "Bearer ada" };
      const [mine, expected] = await Promise.all(
        arms.map((arm) => answerOf(arm, { message, options: { ...options, headers } })),
      );
      expect(mine).toEqual(expected);
    }
  });

  test("requests that chance made of these", async () => {
    const requests = REQUESTS.map(([, request]) => request);
    const oddity = fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }));
    const path = fc.constantFrom(
      "jsonrpc",
      "id",
      "method",
      "params",
      "params.name",
      "params.arguments",
      "params._meta",
      "params.uri",
    );
    const header = fc.constantFrom("mcp-protocol-version", "mcp-method", "mcp-name", "accept");
    const property = fc.asyncProperty(
      fc.constantFrom(...requests),
      fc.constantFrom(...requests),
      fc.array(fc.tuple(path, oddity), { maxLength: 2 }),
      fc.option(header, { nil: undefined }),
      async (one, other, changes, swapped) => {
        const message: unknown = structuredClone(one.message);
        for (const [at, value] of changes) put(message, at.split("."), value);
        const { [swapped ?? ""]: taken } = { ...other.options.headers };
        const headers = { ...one.options.headers, ...(swapped && taken !== undefined && { [swapped]: taken }) };
        const request = { message, options: { ...one.options, headers } };
        expect(await answerOf(direct, request)).toEqual(await answerOf(entry, request));
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});

function put(target: unknown, [key = "", ...rest]: string[], value: unknown): void {
  if (typeof target !== "object" || target === null) return;
  const fields = target as Record<string, unknown>;
  if (rest.length > 0) put(fields[key], rest, value);
  else fields[key] = value;
}
