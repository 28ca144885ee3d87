import type { InboundModernRoute, JSONRPCRequest } from "@modelcontextprotocol/server";
import type { McpRequest } from "../server/mcp-request.ts";
import { MODERN_REVISION } from "./revision.ts";

/** A request that needs nothing but a server to answer it. */
export interface FastCall {
  readonly message: JSONRPCRequest;
  readonly classification: InboundModernRoute["classification"];
}

/** Method → the parameter that `Mcp-Name` repeats (MCP 2026-07-28, Streamable HTTP, Standard Headers). */
const NAMED_BY: Readonly<Record<string, string | undefined>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};

const UNNAMED = new Set([
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "completion/complete",
]);

/**
 * The call in a request whose headers plainly repeat its body. Any other request (a header that is missing, encoded or
 * different, another revision or method) goes through the SDK's own entry, which knows each case and its response.
 */
export function fastCallOf({ inbound, request: { headers } }: McpRequest): FastCall | undefined {
  if (inbound.kind !== "modern" || inbound.messageKind !== "request") return undefined;
  const { classification } = inbound;
  const message = inbound.message as JSONRPCRequest;
  const { method, params } = message;
  const isModern = headers["mcp-protocol-version"] === MODERN_REVISION && classification.revision === MODERN_REVISION;
  if (!isModern || headers["mcp-method"] !== method) return undefined;
  if (UNNAMED.has(method)) return { message, classification };
  const source = Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined;
  const name = source === undefined ? undefined : params?.[source];
  if (typeof name !== "string" || !isPlain(name) || headers["mcp-name"] !== name) return undefined;
  return { message, classification };
}

/** Neither encoded for a header, nor in need of it, nor changed by its travel in one. */
const isPlain = (name: string): boolean => /^[!-~]([ -~]*[!-~])?$/.test(name) && !name.startsWith("=?");
