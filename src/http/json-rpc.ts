import type { JSONRPCErrorResponse, JSONRPCMessage, JSONRPCResponse } from "@modelcontextprotocol/server";
import type { HttpResponse } from "./http-handler.ts";

/** Id of a JSON-RPC request; `null` where no single request could be read (JSON-RPC 2.0 §5). */
export type RequestId = string | number | null;

/** JSON-RPC error codes of the toolkit's own responses. */
export const JsonRpcCode = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
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
): HttpResponse & { readonly body: string } {
  const error = { code, message, ...(data !== undefined && { data }) };
  return jsonResponse(status, JSON.stringify({ jsonrpc: "2.0", error, id }), headers);
}

/** A response with JSON text as its body. */
export const jsonResponse = (
  status: number,
  body: string,
  headers?: Readonly<Record<string, string>>,
): HttpResponse & { readonly body: string } => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body,
});

/**
 * The JSON text of a message that a server sends. In place of a response that JSON cannot hold (a BigInt, a cycle, a getter
 * that throws) or that is none once it is JSON, it is the text of an internal error with the same id: the client must not
 * wait for it. Throws a notification or request that JSON cannot hold back at the code that sends it.
 */
export function toJsonText(message: JSONRPCMessage): string {
  if ("method" in message) return JSON.stringify(message);
  try {
    const text = JSON.stringify(message);
    if (isWellFormed(message, text)) return text;
  } catch {
    // The client is told in the response.
  }
  return JSON.stringify(unserializableResponse(message));
}

/** Whether the text of a response has a result that is an object, or an error with a message. */
function isWellFormed(response: JSONRPCResponse, text: string): boolean {
  if ("error" in response) return typeof response.error.message === "string";
  const { result } = response;
  if (!isRecord(result)) return false;
  return typeof result.toJSON !== "function" || isRecord(JSON.parse(text).result);
}

/** Whether a value of a message is an object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The error in place of a response that JSON cannot hold. */
export const unserializableResponse = ({ id }: JSONRPCResponse): JSONRPCErrorResponse =>
  failedResponse(id, "The result cannot be sent: it is not the JSON of an object.");

/** An error in place of a response that a server did not give, or that could not be sent or kept. */
export const failedResponse = (id: JSONRPCResponse["id"], message: string): JSONRPCErrorResponse => ({
  jsonrpc: "2.0",
  ...(id !== undefined && { id }),
  error: { code: JsonRpcCode.INTERNAL_ERROR, message },
});

/** The words in which McpServer of both SDKs says that it has no such tool. */
export const unknownTool = (tool: string): string => `Tool ${tool} not found`;

/** The same in SDK v1, which makes a tool's result of it. */
export const unknownToolResult = (tool: string): string =>
  `MCP error ${JsonRpcCode.INVALID_PARAMS}: ${unknownTool(tool)}`;

/** The id to echo for a parsed body: a single request's own, otherwise `null`. */
export function requestIdOf(body: unknown): RequestId {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return null;
  const { id, method } = body as { id?: unknown; method?: unknown };
  if (typeof method !== "string") return null;
  // JSON.parse rounds an integer outside of the safe ones: the answer would carry an id that nobody sent.
  return typeof id === "string" || Number.isSafeInteger(id) ? (id as string | number) : null;
}
