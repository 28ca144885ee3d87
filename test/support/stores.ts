import { setTimeout as sleep } from "node:timers/promises";
import { AnycloudError } from "../../src/errors.ts";
import type { StateStore, StateWrite } from "../../src/store/store.ts";

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

/** The same store, which hands each item that is written to `onWrite` before it is. */
export const recordedStore = (store: StateStore, onWrite: (item: StateWrite) => void): StateStore => ({
  ...store,
  put(item, when) {
    onWrite(item);
    return store.put(item, when);
  },
  add(key, amount, expiresAt) {
    onWrite({ ...key, value: "", expiresAt });
    return store.add(key, amount, expiresAt);
  },
});

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
