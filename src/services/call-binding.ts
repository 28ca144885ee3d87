import type { Principal } from "../auth/principal.ts";
import { canonicalJson } from "../http/canonical-json.ts";

/** Params that differ between the rounds of one call (MCP 2026-07-28, Multi Round-Trip Requests). */
const OF_THE_ROUND = new Set(["_meta", "inputResponses", "requestState"]);

/**
 * Identifies a call across its rounds, by its caller, method and params. `message` is a parsed
 * JSON-RPC request, or the several of a batch.
 */
export function bindingOf(principal: Principal, message: unknown): string {
  const requests = Array.isArray(message) ? message : [message];
  return canonicalJson([principal, ...requests.map(callOf)]);
}

function callOf(request: unknown): unknown[] {
  const { method, params } = (request ?? {}) as { method?: unknown; params?: object };
  const lasting = Object.entries(params ?? {}).filter(([name]) => !OF_THE_ROUND.has(name));
  return [method, Object.fromEntries(lasting)];
}
