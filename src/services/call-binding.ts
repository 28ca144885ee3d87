import type { Principal } from "../auth/principal.ts";

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

/** JSON text that is the same for equal values, whatever the order of their fields. */
function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.sort().join()}}`;
}
