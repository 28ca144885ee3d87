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

/** The requests of these names. */
export const requestsNamed = (...names: readonly string[]): Sent[] =>
  REQUESTS.filter(([what]) => names.includes(what)).map(([, request]) => request);
