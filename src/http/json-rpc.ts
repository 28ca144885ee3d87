import type { HttpResponse } from "./http-handler.ts";

/** Id of a JSON-RPC request; `null` where no single request could be read (JSON-RPC 2.0 §5). */
export type RequestId = string | number | null;

/** JSON-RPC error codes that the toolkit itself answers with. */
export const JsonRpcCode = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INTERNAL_ERROR: -32603,
  /** MCP 2026-07-28, versioning: the server does not speak the requested revision. */
  UNSUPPORTED_PROTOCOL_VERSION: -32022,
  /** Refused before it became JSON-RPC; what both SDKs use for errors of the HTTP layer. */
  HTTP_ERROR: -32000,
  /** What both SDKs answer a session id with that names no session. */
  SESSION_NOT_FOUND: -32001,
} as const;

export interface JsonRpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly id?: RequestId;
}

/** The text of a JSON-RPC error response. */
function errorText({ code, message, data, id = null }: JsonRpcFailure): string {
  return JSON.stringify({ jsonrpc: "2.0", error: { code, message, ...(data !== undefined && { data }) }, id });
}

/** A JSON-RPC error as a whole HTTP response. */
export function errorResponse(
  status: number,
  failure: JsonRpcFailure,
  headers?: Readonly<Record<string, string>>,
): HttpResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body: errorText(failure) };
}

/** The id to echo for a parsed body: a single request's own, otherwise `null`. */
export function requestIdOf(body: unknown): RequestId {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return null;
  const { id, method } = body as { id?: unknown; method?: unknown };
  if (typeof method !== "string") return null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}
