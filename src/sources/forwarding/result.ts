import { type JSONRPCResponse, ProtocolError } from "@modelcontextprotocol/server";
import type { JsonObject } from "./forwarded-request.ts";

/** The result in a response. Throws ProtocolError for an error, as the server gave it. */
export function toResult(response: JSONRPCResponse): JsonObject {
  if ("result" in response) return response.result;
  const { code, message, data } = response.error;
  throw new ProtocolError(code, message, data);
}

/** A tool's answer that tells the model what went wrong, in one sentence. */
export const toToolError = (text: string): JsonObject => ({ content: [{ type: "text", text }], isError: true });

/** JSON-RPC: the server failed. */
export const INTERNAL_ERROR = -32_603;
/** JSON-RPC, and the answer of a server that has nothing of the kind. */
export const METHOD_NOT_FOUND = -32_601;
/** MCP 2026-07-28: there is no tool, prompt, resource or task of that name. */
export const INVALID_PARAMS = -32_602;
