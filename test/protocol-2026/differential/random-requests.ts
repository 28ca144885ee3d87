import * as fc from "fast-check";
import { expect } from "vitest";
import type { Caller } from "../../support/messages.ts";
import { answerOf } from "./answers.ts";
import type { Sent } from "./requests.ts";

const PATHS = [
  "jsonrpc",
  "id",
  "method",
  "params",
  "params.name",
  "params.arguments",
  "params._meta",
  "params.uri",
] as const;

const HEADERS = ["mcp-protocol-version", "mcp-method", "mcp-name", "accept"] as const;

/** Compares the answers of two instances to requests that are made of the given ones at random. */
export async function expectSameAtRandom(direct: Caller, entry: Caller, requests: readonly Sent[]): Promise<void> {
  const oddity = fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }));
  const property = fc.asyncProperty(
    fc.constantFrom(...requests),
    fc.constantFrom(...requests),
    fc.array(fc.tuple(fc.constantFrom(...PATHS), oddity), { maxLength: 2 }),
    fc.option(fc.constantFrom(...HEADERS), { nil: undefined }),
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
}

function put(target: unknown, [key = "", ...rest]: string[], value: unknown): void {
  if (typeof target !== "object" || target === null) return;
  const fields = target as Record<string, unknown>;
  if (rest.length > 0) put(fields[key], rest, value);
  else fields[key] = value;
}
