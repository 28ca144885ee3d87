import { AnycloudError } from "../errors.ts";
import type { ObservedStore } from "../store/observed-store.ts";

/** Whether the store failed, rather than refused: a condition that did not hold, or what no store takes, a RangeError. */
export function isStoreFailure(error: unknown): error is Error {
  if (error instanceof AnycloudError) return error.code === "STORE_UNAVAILABLE" || error.code === "STORE_MISCONFIGURED";
  return error instanceof Error && !(error instanceof RangeError);
}

/** The store, with everything its verbs throw told to `note`, too. */
export function watchingFailures(store: ObservedStore, note: (error: unknown) => void): ObservedStore {
  const noted = async <Result>(asked: Promise<Result>): Promise<Result> => {
    try {
      return await asked;
    } catch (error) {
      note(error);
      throw error;
    }
  };
  return {
    ...store,
    get: (key) => noted(store.get(key)),
    put: (item, when) => noted(store.put(item, when)),
    delete: (key) => noted(store.delete(key)),
    list: (partition, range) => noted(store.list(partition, range)),
    add: (key, amount, expiresAt) => noted(store.add(key, amount, expiresAt)),
  };
}
