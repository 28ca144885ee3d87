import { setTimeout as sleep } from "node:timers/promises";
import { AnycloudError } from "../../src/errors.ts";
import type { StateItem, StateStore, StateWrite } from "../../src/store/store.ts";

/** Counts the requests to a store. */
export interface StoreCounts {
  reads: number;
  writes: number;
}

const READS = new Set(["get", "list"]);

/** A store that calls `before` ahead of each operation. */
function intercepted(store: StateStore, before: (verb: keyof StateStore) => void | Promise<void>): StateStore {
  const verb = <Verb extends "get" | "put" | "delete" | "list" | "add">(name: Verb): StateStore[Verb] =>
    (async (...args: unknown[]) => {
      await before(name);
      return (store[name] as (...args: unknown[]) => Promise<unknown>)(...args);
    }) as unknown as StateStore[Verb];
  return { get: verb("get"), put: verb("put"), delete: verb("delete"), list: verb("list"), add: verb("add") };
}

/** Counts what is asked of `store`. */
export function countedStore(store: StateStore): StateStore & { readonly counts: StoreCounts } {
  const counts: StoreCounts = { reads: 0, writes: 0 };
  const counted = intercepted(store, (verb) => {
    counts[READS.has(verb) ? "reads" : "writes"] += 1;
  });
  return { ...counted, counts };
}

/** Capacity as DynamoDB counts it: a write unit for each 1 KB of an item, a read unit for each 4 KB of what is read. */
export interface StoreUnits {
  reads: number;
  writes: number;
}

/** Meters `store`, and hands each item that is written to `onWrite`. */
export function meteredStore(
  store: StateStore,
  onWrite: (item: StateWrite) => void = () => {},
): StateStore & { readonly units: StoreUnits } {
  const units: StoreUnits = { reads: 0, writes: 0 };
  const bytesOf = ({ partition, sort, value }: StateWrite): number => Buffer.byteLength(partition + sort + value);
  const read = (items: readonly StateItem[]): void => {
    units.reads += Math.max(1, Math.ceil(items.reduce((bytes, item) => bytes + bytesOf(item), 0) / 4096));
  };
  return {
    units,
    async get(key) {
      const item = await store.get(key);
      read(item ? [item] : []);
      return item;
    },
    async list(partition, range) {
      const items = await store.list(partition, range);
      read(items);
      return items;
    },
    async put(item, when) {
      // A write that loses costs, too.
      units.writes += Math.ceil(bytesOf(item) / 1024);
      onWrite(item);
      return store.put(item, when);
    },
    async delete(key) {
      units.writes += 1;
      await store.delete(key);
    },
    async add(key, amount, expiresAt) {
      units.writes += 1;
      onWrite({ ...key, value: "", expiresAt });
      return store.add(key, amount, expiresAt);
    },
  };
}

/** A store that can be made unreachable. */
export function breakableStore(store: StateStore): StateStore & { broken: boolean } {
  const state = { broken: false };
  const breakable = intercepted(store, () => {
    if (state.broken)
      throw new AnycloudError("STORE_UNAVAILABLE", "The store cannot be reached: this test took it away.");
  });
  return Object.defineProperty({ ...breakable, broken: false }, "broken", {
    get: () => state.broken,
    set: (broken: boolean) => {
      state.broken = broken;
    },
  });
}

/** Settles with the number of operations, once there were none for 200 ms. */
export async function quietStore({ counts }: { readonly counts: StoreCounts }): Promise<number> {
  const operations = (): number => counts.reads + counts.writes;
  for (let before = -1; before !== operations(); await sleep(200)) before = operations();
  return operations();
}
