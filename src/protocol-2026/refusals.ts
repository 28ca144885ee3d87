import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";
import type { McpRequest } from "../server/mcp-request.ts";

/** Clients take "method not found" as the word that this server sends no notifications. */
export const refuseListen = ({ message }: McpRequest): HttpResponse =>
  errorResponse(404, {
    code: JsonRpcCode.METHOD_NOT_FOUND,
    message: "subscriptions/listen needs an ingress that streams; this one answers with whole bodies only.",
    id: requestIdOf(message),
  });

/** Tells a client of both eras to fall back to `initialize` (MCP 2026-07-28, Versioning, Backward Compatibility). */
export const refuseRevision = ({ message, request }: McpRequest): HttpResponse =>
  errorResponse(400, {
    code: JsonRpcCode.UNSUPPORTED_PROTOCOL_VERSION,
    message: "This server speaks the 2025 protocols: open with initialize.",
    data: { supported: SUPPORTED_PROTOCOL_VERSIONS, requested: request.headers["mcp-protocol-version"] },
    id: requestIdOf(message),
  });
