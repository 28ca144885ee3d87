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
