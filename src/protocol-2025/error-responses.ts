import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";

/** A request that the transport does not allow. */
export const badRequest = (message: unknown, text: string): HttpResponse =>
  errorResponse(400, { code: JsonRpcCode.HTTP_ERROR, message: text, id: requestIdOf(message) });

/** The header names a revision which nobody speaks (MCP 2025-11-25, Protocol Version Header). */
export const unknownRevision = (message: unknown, revision: string): HttpResponse =>
  badRequest(
    message,
    `Unsupported protocol version: ${revision} (supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(", ")})`,
  );

/** Never existed, has ended, or belongs to somebody else: the client must not learn which (MCP 2025-11-25, Session Management). */
export const unknownSession = (message?: unknown): HttpResponse =>
  errorResponse(404, {
    code: JsonRpcCode.SESSION_NOT_FOUND,
    message: "Session not found: open a new one with initialize.",
    id: requestIdOf(message),
  });
