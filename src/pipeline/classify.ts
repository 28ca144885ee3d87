import {
  classifyInboundRequest,
  type InboundClassificationOutcome,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  RELATED_TASK_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import type { HttpRequest } from "../http/http-handler.ts";
import { MODERN_REVISION } from "../protocol-2026/revision.ts";

/** The protocol era of a message in the SDK's terms, or why it belongs to none. */
export function classify({ method, headers }: HttpRequest, body: unknown): InboundClassificationOutcome {
  const version = headers["mcp-protocol-version"];
  return (
    plainRoute(version, body) ??
    classifyInboundRequest({
      httpMethod: method,
      ...(version && { protocolVersionHeader: version }),
      ...(headers["mcp-method"] && { mcpMethodHeader: headers["mcp-method"] }),
      ...(headers["mcp-name"] && { mcpNameHeader: headers["mcp-name"] }),
      body,
    })
  );
}

/**
 * The same for a request whose body and header plainly agree on the revision. Most do, and the SDK parses four schemas to
 * find out, of which those that do not match cost the most. Undefined for all others.
 */
function plainRoute(version: string | undefined, body: unknown): InboundClassificationOutcome | undefined {
  if (version === undefined || !isPlainRequest(body)) return undefined;
  const named = (body.params?._meta as Fields | undefined)?.[PROTOCOL_VERSION_META_KEY];
  if (version === MODERN_REVISION) {
    if (named !== MODERN_REVISION) return undefined;
    const classification = { era: "modern", revision: MODERN_REVISION } as const;
    return { kind: "modern", messageKind: "request", message: body, classification };
  }
  const isLegacy = named === undefined && body.method !== "initialize" && SUPPORTED_PROTOCOL_VERSIONS.includes(version);
  return isLegacy ? { kind: "legacy", reason: "no-claim", requestedVersion: version } : undefined;
}

/** Whether a body is a JSON-RPC request without anything unusual. */
function isPlainRequest(body: unknown): body is JSONRPCRequest {
  if (!isRecord(body)) return false;
  for (const name in body) if (!REQUEST_FIELDS.has(name)) return false;
  const { jsonrpc, id, method, params } = body;
  if (jsonrpc !== "2.0" || !isToken(id) || typeof method !== "string") return false;
  if (params === undefined) return true;
  if (!isRecord(params)) return false;
  const { _meta: meta } = params;
  if (meta === undefined) return true;
  if (!isRecord(meta) || meta[RELATED_TASK_META_KEY] !== undefined) return false;
  return meta.progressToken === undefined || isToken(meta.progressToken);
}

const REQUEST_FIELDS: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);

/** The types of JSON-RPC ids and MCP progress tokens. */
const isToken = (value: unknown): boolean => typeof value === "string" || Number.isSafeInteger(value);

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
