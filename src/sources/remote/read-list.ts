import { logAboutRequest } from "../../http/served-request.ts";
import type { ListKind } from "../../server/list-kinds.ts";
import { emptyWhereNone } from "../forwarding/empty-where-none.ts";
import type { Forward, ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import { isListItem } from "../forwarding/list-items.ts";
import type { KeptList } from "./list-cache.ts";
import { UpstreamFailure } from "./upstream-failure.ts";

export interface ReadListOptions {
  readonly request: ForwardedRequest;
  readonly send: Forward;
  /** Milliseconds for which the list is kept, where the upstream names no longer time. */
  readonly listMs: number;
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly idleMs: number;
}

/** The longest time for which an upstream can have its lists kept. */
const MAX_FRESH_MS = 3_600_000;

/** Reads all pages of a list. What is malformed, comes twice or is too much is left out, with a line in the log. */
export async function readList(kind: ListKind, options: ReadListOptions): Promise<KeptList> {
  const { request, send, listMs, maxItems, maxBytes, idleMs } = options;
  const { cursor: _cursor, ...params } = request.params;
  // The list is for others, too: it does not end with the client that happened to ask.
  const signal = AbortSignal.timeout(idleMs);
  const items = new Map<string, JsonObject>();
  let bytes = 0;
  let dropped = 0;
  let freshMs: number | undefined;
  let cursor: unknown;
  const cursors = new Set<unknown>();
  do {
    const page = await send({
      ...request,
      signal,
      params: { ...params, ...(cursor !== undefined && { cursor }) },
    }).catch(emptyWhereNone(kind));
    const found: unknown = page[kind.member];
    if (!Array.isArray(found)) throw new UpstreamFailure("unavailable", "Its list is no list.");
    for (const item of found) {
      bytes += Buffer.byteLength(JSON.stringify(item));
      if (!isListItem(item, kind, request.era) || items.has(String(item[kind.key]))) dropped++;
      else if (items.size >= maxItems || bytes > maxBytes) dropped++;
      else items.set(String(item[kind.key]), item);
    }
    if (typeof page.ttlMs === "number") freshMs = Math.min(page.ttlMs, freshMs ?? page.ttlMs);
    cursor = page.nextCursor;
    // One that leads back to a page that was read leads round in a circle.
    if (cursors.has(cursor)) break;
    cursors.add(cursor);
  } while (typeof cursor === "string" && items.size < maxItems && bytes <= maxBytes);
  if (dropped > 0 || typeof cursor === "string") {
    logAboutRequest(`an upstream has ${kind.member} that are malformed, come twice or are too many: left out`);
  }
  return { items: [...items.values()], freshMs: Math.max(listMs, Math.min(freshMs ?? 0, MAX_FRESH_MS)) };
}
