import { AnycloudError } from "../errors.ts";
import type { ObservedStore } from "../store/observed-store.ts";

/** The store where none is configured: every verb throws STORE_MISSING, so that nothing is kept in one process only. */
export const missingStore: ObservedStore = {
  now: Date.now,
  pushes: false,
  subscribe: () => () => {},
  tell() {},
  get: refuse,
  put: refuse,
  delete: refuse,
  list: refuse,
  add: refuse,
  changed: refuse,
};

async function refuse(): Promise<never> {
  throw new AnycloudError(
    "STORE_MISSING",
    "There is no store that all instances share: set MCP_ANYCLOUD_TABLE, or give the endpoint a store.",
  );
}
