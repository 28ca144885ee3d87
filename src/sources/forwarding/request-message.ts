import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type JSONRPCRequest,
  LOG_LEVEL_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  type RequestId,
} from "@modelcontextprotocol/server";
import { MODERN_REVISION } from "../../protocol-2026/revision.ts";
import type { DeclaredClient, ForwardedRequest, JsonObject } from "./forwarded-request.ts";

/** The newest revision with sessions. */
const LEGACY_REVISION = "2025-11-25";

/** Named to a server where the client did not say who it is. */
const UNNAMED = { name: "mcp-anycloud", version: "1.0.0" };

/** A request of 2026-07-28, which says itself who sends it (MCP 2026-07-28, Per-request protocol fields). */
export function toModernMessage(
  { method, params, client }: Pick<ForwardedRequest, "method" | "client"> & { readonly params: JsonObject },
  id: RequestId,
): JSONRPCRequest {
  const _meta = {
    ...(params._meta as JsonObject | undefined),
    [PROTOCOL_VERSION_META_KEY]: MODERN_REVISION,
    [CLIENT_CAPABILITIES_META_KEY]: client.capabilities,
    [CLIENT_INFO_META_KEY]: client.info ?? UNNAMED,
    ...(client.logLevel !== undefined && { [LOG_LEVEL_META_KEY]: client.logLevel }),
  };
  return { jsonrpc: "2.0", id, method, params: { ...params, _meta } };
}

/** A request of the 2025 protocols. What a client answered to questions is no part of them. */
export function toLegacyMessage(
  { method, params }: { readonly method: string; readonly params: JsonObject },
  id: RequestId,
): JSONRPCRequest {
  const { inputResponses: _responses, requestState: _state, ...rest } = params;
  return { jsonrpc: "2.0", id, method, params: rest };
}

/** The request that begins a session of the 2025 protocols. */
export const toInitialize = (client: DeclaredClient, id: RequestId): JSONRPCRequest => ({
  jsonrpc: "2.0",
  id,
  method: "initialize",
  params: { protocolVersion: LEGACY_REVISION, capabilities: client.capabilities, clientInfo: client.info ?? UNNAMED },
});
