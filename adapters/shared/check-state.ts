import { randomUUID } from "node:crypto";
import {
  AnycloudError,
  type LoadStateKeys,
  logMisconfiguration,
  logStoreFailure,
  type StateStore,
} from "../../src/adapter.ts";

/** State that a server keeps outside its instances. */
export interface State {
  readonly store?: StateStore | undefined;
  readonly stateKeys?: LoadStateKeys | undefined;
}

/** Seconds for which what was written to try a store is kept, where it could not be removed. */
const KEPT_SECONDS = 60;

/** Tries each verb of the store and the key ring once, and writes on the error stream what is wrong with them. Never rejects. */
export async function checkState({ store, stateKeys }: State): Promise<void> {
  await Promise.all([store && logged(() => tryVerbs(store)), stateKeys && logged(stateKeys)]);
}

async function tryVerbs(store: StateStore): Promise<void> {
  const partition = `check/${randomUUID()}`;
  const expiresAt = Math.floor(Date.now() / 1000) + KEPT_SECONDS;
  const [item, counter] = [
    { partition, sort: "item" },
    { partition, sort: "number" },
  ] as const;
  await store.put({ ...item, value: "", expiresAt });
  await store.add(counter, 1, expiresAt);
  await store.get(item);
  await store.list(partition);
  await Promise.all([store.delete(item), store.delete(counter)]);
}

async function logged(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AnycloudError && error.code === "STORE_UNAVAILABLE") logStoreFailure(error);
    else logMisconfiguration(error);
  }
}
