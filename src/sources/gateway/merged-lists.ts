import { ProtocolError } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import { logAboutRequest } from "../../http/served-request.ts";
import type { ListKind } from "../../server/list-kinds.ts";
import { emptyWhereNone } from "../forwarding/empty-where-none.ts";
import type { ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import type { SourceNames } from "./naming.ts";
import type { Route } from "./route.ts";

export interface MergeOptions {
  readonly request: ForwardedRequest;
  readonly routes: readonly Route[];
  readonly names: SourceNames;
  readonly listMs: number;
  readonly sendTo: (route: Route, request: ForwardedRequest) => Promise<JsonObject>;
}

/** Pages that one source may have. */
const MAX_PAGES = 100;

/**
 * The items of all sources in one page. A source that fails, or is silent for too long, is left out with a line in the log;
 * only when all fail does the list. Of two items with one name the first stays: the second could never be reached.
 */
export async function mergedList(kind: ListKind, options: MergeOptions): Promise<JsonObject> {
  const { routes, names } = options;
  const outcomes = await Promise.allSettled(routes.map((route) => itemsOf(route, kind, options)));
  const items: JsonObject[] = [];
  const seen = new Set<unknown>();
  const pages: JsonObject[] = [];
  let failures = 0;
  for (const [index, outcome] of outcomes.entries()) {
    const { naming } = routes[index] as Route;
    if (outcome.status === "rejected") {
      failures++;
      logAboutRequest(`source ${naming.source} is left out of ${kind.member}: ${messageOf(outcome.reason)}`);
      continue;
    }
    pages.push(...outcome.value);
    for (const item of outcome.value.flatMap((page) => page[kind.member] as JsonObject[])) {
      const name = String(item[kind.key]);
      const owner = kind.key === "name" ? names.byName(name) : names.byUri(name);
      if (seen.has(name) || owner?.naming !== naming) {
        logAboutRequest(`source ${naming.source} has a second ${JSON.stringify(name)} in its ${kind.member}: left out`);
        continue;
      }
      seen.add(name);
      items.push(item);
    }
  }
  if (failures === routes.length)
    throw new ProtocolError(JsonRpcCode.INTERNAL_ERROR, "None of the servers behind this one answers.");
  return { [kind.member]: items, ...cacheFields(pages, failures > 0) };
}

async function itemsOf(route: Route, kind: ListKind, options: MergeOptions): Promise<JsonObject[]> {
  const { request, listMs, sendTo } = options;
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(listMs)]);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no answer within ${listMs / 1000} s`)), { once: true });
  });
  const pages: JsonObject[] = [];
  let cursor: unknown;
  do {
    const { cursor: _own, ...params } = request.params;
    const page = sendTo(route, { ...request, signal, params: { ...params, ...(cursor !== undefined && { cursor }) } });
    const result = await Promise.race([page, late]).catch(emptyWhereNone(kind));
    pages.push({ ...result, [kind.member]: validItems(result[kind.member], kind) });
    cursor = result.nextCursor;
  } while (typeof cursor === "string" && pages.length < MAX_PAGES);
  return pages;
}

/** Items that have a name. One that has none would make clients refuse the whole list. */
function validItems(items: unknown, { key }: ListKind): JsonObject[] {
  if (!Array.isArray(items)) throw new Error("its answer is no list");
  return items.filter(
    (item: unknown) => typeof item === "object" && item !== null && typeof Reflect.get(item, key) === "string",
  );
}

/** How long clients may keep the list: as long as every part of it, and not where a part is missing. */
function cacheFields(pages: readonly JsonObject[], isPartial: boolean): JsonObject {
  const ttls = pages.map(({ ttlMs }) => ttlMs).filter((ttlMs) => typeof ttlMs === "number");
  if (isPartial || ttls.length < pages.length || pages.length === 0) return {};
  const isPublic = pages.every(({ cacheScope }) => cacheScope === "public");
  return { ttlMs: Math.min(...ttls), cacheScope: isPublic ? "public" : "private" };
}

const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));
