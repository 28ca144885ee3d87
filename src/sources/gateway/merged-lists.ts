import { ProtocolError } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import { logAboutRequest } from "../../http/served-request.ts";
import type { ListKind } from "../../server/list-kinds.ts";
import { emptyWhereNone } from "../forwarding/empty-where-none.ts";
import type { ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import { isListItem } from "../forwarding/list-items.ts";
import { warnOfLongName } from "./long-names.ts";
import type { SourceNames } from "./naming.ts";
import type { Route } from "./route.ts";

export interface MergeOptions {
  readonly request: ForwardedRequest;
  readonly routes: readonly Route[];
  readonly names: SourceNames;
  readonly listMs: number;
  readonly maxBytes: number;
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
  const outcomes = withoutHuge(
    await Promise.allSettled(routes.map((route) => itemsOf(route, kind, options))),
    kind.member,
    options.maxBytes,
  );
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
      if (kind.member === "tools") warnOfLongName(name);
      items.push(item);
    }
  }
  if (failures === routes.length)
    throw new ProtocolError(JsonRpcCode.INTERNAL_ERROR, "None of the servers behind this one answers.");
  return { [kind.member]: items, ...cacheFields(pages, failures > 0) };
}

type Outcome = PromiseSettledResult<JsonObject[]>;

/** The outcomes without the lists that are too large for one response together with all that are smaller. */
function withoutHuge(outcomes: readonly Outcome[], member: ListKind["member"], maxBytes: number): readonly Outcome[] {
  if (outcomes.length === 1 || maxBytes === Number.POSITIVE_INFINITY) return outcomes;
  const bytesOf = (outcome: Outcome): number =>
    outcome.status === "rejected" ? 0 : Buffer.byteLength(JSON.stringify(outcome.value.map((page) => page[member])));
  const sized = outcomes.map((outcome) => ({ outcome, bytes: bytesOf(outcome) }));
  let left = maxBytes;
  const kept = new Set<Outcome>();
  for (const { outcome, bytes } of sized.toSorted((one, other) => one.bytes - other.bytes)) {
    left -= bytes;
    if (left >= 0) kept.add(outcome);
  }
  const reason = new Error("it is too large for one answer with the others");
  return outcomes.map((outcome) => (kept.has(outcome) ? outcome : { status: "rejected", reason }));
}

async function itemsOf(route: Route, kind: ListKind, options: MergeOptions): Promise<JsonObject[]> {
  const { request, listMs, sendTo } = options;
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(listMs)]);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no answer within ${listMs / 1000} s`)), { once: true });
  });
  const pages: JsonObject[] = [];
  const cursors = new Set<unknown>();
  let cursor: unknown;
  do {
    const { cursor: _own, ...params } = request.params;
    const page = sendTo(route, { ...request, signal, params: { ...params, ...(cursor !== undefined && { cursor }) } });
    const result = await Promise.race([page, late]).catch(emptyWhereNone(kind));
    pages.push({ ...result, [kind.member]: validItems(result[kind.member], kind, { route, era: request.era }) });
    cursor = result.nextCursor;
    // One that leads back to a page that was read leads round in a circle.
    if (cursors.has(cursor)) break;
    cursors.add(cursor);
  } while (typeof cursor === "string" && pages.length < MAX_PAGES);
  return pages;
}

/** Items that clients take. */
function validItems(items: unknown, kind: ListKind, { route: { naming }, era }: ValidOptions): JsonObject[] {
  if (!Array.isArray(items)) throw new Error("its answer is no list");
  const valid = items.filter((item: unknown) => isListItem(item, kind, era));
  if (valid.length < items.length)
    logAboutRequest(`source ${naming.source} has ${kind.member} that are malformed: left out`);
  return valid;
}

interface ValidOptions {
  readonly route: Route;
  readonly era: ForwardedRequest["era"];
}

/** How long clients may keep the list: as long as every part of it, and not where a part is missing. */
function cacheFields(pages: readonly JsonObject[], isPartial: boolean): JsonObject {
  const ttls = pages.map(({ ttlMs }) => ttlMs).filter((ttlMs) => typeof ttlMs === "number");
  if (isPartial || ttls.length < pages.length || pages.length === 0) return {};
  const isPublic = pages.every(({ cacheScope }) => cacheScope === "public");
  return { ttlMs: Math.min(...ttls), cacheScope: isPublic ? "public" : "private" };
}

const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));
