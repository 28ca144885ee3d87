import type { StateStore } from "../../src/store/store.ts";

/** Milliseconds from an instance to its store, and back. */
type Distance = () => number;

/** As of a database in the same region: 2 to 10 ms there and back. */
const sameRegion: Distance = () => 1 + Math.random() * 4;

/** The same store, which takes a while before and after it does what it is asked. */
export function distant(store: StateStore, distance: Distance = sameRegion): StateStore {
  const wait = () => new Promise((resolve) => setTimeout(resolve, distance()));
  const verb = <Verb extends "get" | "put" | "delete" | "list" | "add">(name: Verb): StateStore[Verb] =>
    (async (...args: unknown[]) => {
      await wait();
      const outcome = await (store[name] as (...args: unknown[]) => Promise<unknown>)(...args);
      await wait();
      return outcome;
    }) as unknown as StateStore[Verb];
  const verbs = { get: verb("get"), put: verb("put"), delete: verb("delete"), list: verb("list"), add: verb("add") };
  const watch = store.watch?.bind(store);
  if (!watch) return verbs;
  return {
    ...verbs,
    async *watch(partition, signal) {
      for await (const sort of watch(partition, signal)) {
        await wait();
        yield sort;
      }
    },
  };
}
