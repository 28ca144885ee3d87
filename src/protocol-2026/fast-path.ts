import type { InboundClassificationOutcome, InboundModernRoute, JSONRPCRequest } from "@modelcontextprotocol/server";
import type { HttpRequest } from "../http/http-handler.ts";
import { MODERN_REVISION } from "../pipeline/classify.ts";

/** A request that needs nothing but a server to answer it. */
export interface UsualCall {
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
 * The request, when its headers say plainly what its body says. Whatever is odd about one (a header that is missing,
 * encoded or different, another revision or method) is for the SDK's own entry, which knows each case and its answer.
 */
export function usualCall(inbound: InboundClassificationOutcome, { headers }: HttpRequest): UsualCall | undefined {
  if (inbound.kind !== "modern" || inbound.messageKind !== "request") return undefined;
  const { message, classification } = inbound;
  const { method } = message as JSONRPCRequest;
  const isModern = headers["mcp-protocol-version"] === MODERN_REVISION && classification.revision === MODERN_REVISION;
  if (!isModern) return undefined;
  if (headers["mcp-method"] !== method) return undefined;
  const call: UsualCall = { message: message as JSONRPCRequest, classification };
  if (UNNAMED.has(method)) return call;
  const source = Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined;
  if (source === undefined) return undefined;
  const name = (message.params as Record<string, unknown> | undefined)?.[source];
  return typeof name === "string" && isPlain(name) && headers["mcp-name"] === name ? call : undefined;
}

/** Neither encoded for a header, nor in need of it, nor changed by its travel in one. */
const isPlain = (name: string): boolean => /^[!-~]([ -~]*[!-~])?$/.test(name) && !name.startsWith("=?");
