import {
  classifyInboundRequest,
  type InboundClassificationOutcome,
  isJSONRPCRequest,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
} from "@modelcontextprotocol/server";
import type { HttpRequest } from "./handler.ts";

/** The revision from which on every request is whole in itself, and there are no sessions. Revisions are dates, and compare as text. */
export const MODERN_REVISION = "2026-07-28";

/** The era of a message, or why it is of none, in the SDK's terms. */
export function classify({ method, headers }: HttpRequest, body: unknown): InboundClassificationOutcome {
  const version = headers["mcp-protocol-version"];
  if (version === MODERN_REVISION && isModernRequest(body)) {
    const classification = { era: "modern", revision: MODERN_REVISION } as const;
    return { kind: "modern", messageKind: "request", message: body, classification };
  }
  return classifyInboundRequest({
    httpMethod: method,
    ...(version && { protocolVersionHeader: version }),
    ...(headers["mcp-method"] && { mcpMethodHeader: headers["mcp-method"] }),
    ...(headers["mcp-name"] && { mcpNameHeader: headers["mcp-name"] }),
    body,
  });
}

/**
 * Whether header and body plainly agree on the revision. Most requests are like that, and the SDK finds out with four
 * schemas, of which the ones that do not fit cost the most. The rest of the envelope is for who serves it to check.
 */
function isModernRequest(body: unknown): body is JSONRPCRequest {
  const { params, result, error } = (body ?? {}) as { params?: { _meta?: unknown }; result?: unknown; error?: unknown };
  if (result !== undefined || error !== undefined) return false;
  const meta = (params?._meta ?? {}) as Record<string, unknown>;
  return meta[PROTOCOL_VERSION_META_KEY] === MODERN_REVISION && isJSONRPCRequest(body);
}
