import * as fc from "fast-check";
import { expect } from "vitest";
import { type Caller, textOf } from "../../support/messages.ts";
import { REQUESTS, type Sent } from "./requests.ts";

/** All that a client sees of the answer to a request. */
export async function answerOf(call: Caller, { message, options }: Sent): Promise<unknown> {
  const response = await call(message, options);
  return { status: response.status, headers: response.headers, body: await textOf(response) };
}

/** The request as a client of 2025-11-25 would send it. */
export function asLegacy({ message, options }: Sent): Sent {
  const { "mcp-method": _method, "mcp-name": _name, ...headers } = options.headers ?? {};
  const legacy = { ...options, headers: { ...headers, "mcp-protocol-version": "2025-11-25" } };
  const request: unknown = structuredClone(message);
  const meta = (request as { params?: { _meta?: unknown } } | null)?.params?._meta;
  // What is no request, or has no envelope, is sent as it is.
  if (typeof meta === "object" && meta !== null) {
    for (const name of Object.keys(meta)) {
      if (name.startsWith("io.modelcontextprotocol/")) Reflect.deleteProperty(meta, name);
    }
  }
  return { message: request, options: legacy };
}

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

/** Holds two ways to answer against each other, with requests that chance makes of the given ones. */
export async function expectSameByChance(direct: Caller, entry: Caller, requests: readonly Sent[]): Promise<void> {
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

/** The requests of these names. */
export const requestsNamed = (...names: readonly string[]): Sent[] =>
  REQUESTS.filter(([what]) => names.includes(what)).map(([, request]) => request);
