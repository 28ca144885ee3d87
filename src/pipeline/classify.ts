import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  classifyInboundRequest,
  type InboundClassificationOutcome,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  RELATED_TASK_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import type { HttpRequest } from "../http/http-handler.ts";
import { MODERN_REVISION } from "../protocol-2026/revision.ts";

export interface Classification {
  /** The protocol era of the message in the SDK's terms, or why it belongs to none. */
  readonly inbound: InboundClassificationOutcome;
  /**
   * Whether the headers of a 2026-07-28 request plainly repeat its body, so that only a server is needed to answer it. Any
   * other request (a header that is missing, encoded or different, another revision or method) goes through the SDK's own
   * entry, which knows each case and its response.
   */
  readonly isPlain: boolean;
  /** The revision that the message names; undefined where it names none, or one that nobody speaks. */
  readonly protocolVersion: string | undefined;
}

/** Classifies a message by its headers and body. */
export function classify({ method, headers }: HttpRequest, body: unknown): Classification {
  const version = headers["mcp-protocol-version"];
  // The SDK parses four schemas to find the era, of which those that do not match cost the most.
  if (version !== undefined && isPlainRequest(body)) {
    if (version === MODERN_REVISION && namesModernRevision(body)) {
      const classification = { era: "modern", revision: MODERN_REVISION } as const;
      const inbound = { kind: "modern", messageKind: "request", message: body, classification } as const;
      return { inbound, isPlain: repeatsBody(headers, body), protocolVersion: version };
    }
    if (namesNoRevision(body) && SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
      const inbound = { kind: "legacy", reason: "no-claim", requestedVersion: version } as const;
      return { inbound, isPlain: false, protocolVersion: version };
    }
  }
  const inbound = classifyInboundRequest({
    httpMethod: method,
    ...(version && { protocolVersionHeader: version }),
    ...(headers["mcp-method"] && { mcpMethodHeader: headers["mcp-method"] }),
    ...(headers["mcp-name"] && { mcpNameHeader: headers["mcp-name"] }),
    body,
  });
  const named = inbound.kind === "modern" ? inbound.classification.revision : version;
  const protocolVersion = [MODERN_REVISION, ...SUPPORTED_PROTOCOL_VERSIONS].find((revision) => revision === named);
  return { inbound, isPlain: false, protocolVersion };
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

function namesModernRevision({ params }: JSONRPCRequest): boolean {
  const meta = params?._meta;
  if (meta?.[PROTOCOL_VERSION_META_KEY] !== MODERN_REVISION || !isRecord(meta[CLIENT_CAPABILITIES_META_KEY])) {
    return false;
  }
  const clientInfo = meta[CLIENT_INFO_META_KEY];
  return clientInfo === undefined || isRecord(clientInfo);
}

const namesNoRevision = ({ method, params }: JSONRPCRequest): boolean =>
  method !== "initialize" && params?._meta?.[PROTOCOL_VERSION_META_KEY] === undefined;

/** Method → the parameter that `Mcp-Name` repeats (MCP 2026-07-28, Streamable HTTP, Standard Headers). */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
]);

const UNNAMED: ReadonlySet<string> = new Set([
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "completion/complete",
]);

function repeatsBody(headers: HttpRequest["headers"], { method, params }: JSONRPCRequest): boolean {
  if (headers["mcp-method"] !== method) return false;
  if (UNNAMED.has(method)) return true;
  const parameter = NAMED_BY.get(method);
  const name = parameter === undefined ? undefined : params?.[parameter];
  return typeof name === "string" && headers["mcp-name"] === name && isPlainHeaderValue(name);
}

/** Neither encoded for a header, nor in need of it, nor changed by its travel in one. */
const isPlainHeaderValue = (value: string): boolean => /^[!-~]([ -~]*[!-~])?$/.test(value) && !value.startsWith("=?");

type Fields = Readonly<Record<string, unknown>>;

/** The types of JSON-RPC ids and MCP progress tokens. */
const isToken = (value: unknown): boolean => typeof value === "string" || Number.isSafeInteger(value);

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
