import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import type { HttpResponse } from "./http-handler.ts";

/** Id of a JSON-RPC request; `null` where no single request could be read (JSON-RPC 2.0 §5). */
export type RequestId = string | number | null;

/** JSON-RPC error codes of the toolkit's own responses. */
export const JsonRpcCode = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INTERNAL_ERROR: -32603,
  /** MCP 2026-07-28, versioning: the server does not speak the requested revision. */
  UNSUPPORTED_PROTOCOL_VERSION: -32022,
  /** An error of the HTTP layer, as both SDKs send it. */
  HTTP_ERROR: -32000,
  /** The session id names no session; as both SDKs send it. */
  SESSION_NOT_FOUND: -32001,
} as const;

export interface JsonRpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly id?: RequestId;
}

/** A JSON-RPC error as a whole HTTP response. */
export function errorResponse(
  status: number,
  { code, message, data, id = null }: JsonRpcFailure,
  headers?: Readonly<Record<string, string>>,
): HttpResponse {
  const error = { code, message, ...(data !== undefined && { data }) };
  return jsonResponse(status, JSON.stringify({ jsonrpc: "2.0", error, id }), headers);
}

/** A response with JSON text as its body. */
export const jsonResponse = (
  status: number,
  body: string,
  headers?: Readonly<Record<string, string>>,
): HttpResponse => ({ status, headers: { "content-type": "application/json", ...headers }, body });

/**
 * The JSON text of a message that a server sends. For a response that JSON cannot hold (a BigInt, a cycle, a getter that
 * throws), the text of an internal error with the same id: its client must not wait for it.
 */
export function toJsonText(message: JSONRPCMessage): string {
  try {
    return JSON.stringify(message);
  } catch (error) {
    if ("method" in message) throw error;
    return JSON.stringify(unserializableResponse(message));
  }
}

/** The error in place of a response that JSON cannot hold. */
export function unserializableResponse(response: JSONRPCMessage): JSONRPCMessage {
  if ("method" in response || response.id === undefined) return response;
  const error = { code: JsonRpcCode.INTERNAL_ERROR, message: "The result cannot be sent: it is not JSON." };
  return { jsonrpc: "2.0", id: response.id, error };
}

/** The id to echo for a parsed body: a single request's own, otherwise `null`. */
export function requestIdOf(body: unknown): RequestId {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return null;
  const { id, method } = body as { id?: unknown; method?: unknown };
  if (typeof method !== "string") return null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}
