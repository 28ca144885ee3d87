import {
  AnycloudError,
  checkExpiry,
  checkKey,
  checkPartition,
  checkWrite,
  type StateItem,
  type StateKey,
  type StateStore,
} from "../../../src/adapter.ts";
import { addToCounter } from "./counter.ts";
import type { Document } from "./document-table.ts";
import { toBounds } from "./key-text.ts";
import { createKnownTags } from "./known-tags.ts";
import { readContent } from "./large-values.ts";
import { putDocument } from "./put.ts";
import { createTableRequests, type TableAccess } from "./table-requests.ts";

export interface DocumentStoreOptions extends TableAccess {
  /** The time in milliseconds. Default: the clock. */
  readonly now?: (() => number) | undefined;
  /** Called with each write: databases that do not remove what has expired are swept now and then. */
  readonly onWrite?: () => void;
}

/** A store over a database of documents that makes writes conditional by a tag of each document. */
export function createDocumentStore({
  now = Date.now,
  onWrite = () => {},
  ...access
}: DocumentStoreOptions): StateStore {
  const requests = createTableRequests(access);
  const nowSeconds = (): number => Math.floor(now() / 1000);
  const isLive = ({ expiresAt }: Document): boolean => expiresAt * 1000 > now();
  const tags = createKnownTags();
  const context = { requests, tags, isLive, toFailure: access.toFailure, timeoutMs: access.timeoutMs ?? 12_000 };

  const read = (key: StateKey): Promise<Document | undefined> =>
    requests.send((table, signal) => table.read(key, signal));

  async function whole(key: StateKey, first: Document | undefined): Promise<StateItem | undefined> {
    let found = first;
    while (found && isLive(found)) {
      tags.remember(found);
      const { expiresAt, version } = found;
      const value = await readContent(requests, found);
      if (value !== undefined) return { partition: key.partition, sort: key.sort, value, expiresAt, version };
      // Another write has replaced the document, and its parts have expired.
      found = await read(key);
      if (found?.version === version) throw new AnycloudError("STORE_UNAVAILABLE", INCOMPLETE);
    }
    return undefined;
  }

  return {
    async get(key) {
      checkKey(key);
      return whole(key, await read(key));
    },
    async put(item, when) {
      checkWrite(item);
      onWrite();
      return putDocument(context, item, when);
    },
    async delete(key) {
      checkKey(key);
      await requests.send((table, signal) => table.remove(key, signal));
    },
    async list(partition, range = {}) {
      checkPartition(partition);
      const { limit = Number.POSITIVE_INFINITY, reverse = false } = range;
      const bounds = toBounds(range);
      const items: StateItem[] = [];
      for (let next: string | undefined; bounds && items.length < limit; ) {
        const query = { ...bounds, reverse, limit: limit - items.length, liveAt: nowSeconds() };
        const page = await requests.send((table, signal) => table.query(partition, query, next, signal));
        for (const document of page.documents) {
          const item = await whole({ partition, sort: document.sort }, document);
          if (item && items.length < limit) items.push(item);
        }
        if (page.next === undefined) break;
        next = page.next;
      }
      return items;
    },
    async add(key, amount, expiresAt) {
      checkKey(key);
      checkExpiry(expiresAt);
      onWrite();
      return addToCounter(context, { key, amount, expiresAt });
    },
  };
}

const INCOMPLETE = "A value in the store lacks some of its parts: was something deleted there by hand?";
