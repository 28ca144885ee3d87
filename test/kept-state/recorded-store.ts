import { createMemoryStore } from "../../src/index.ts";
import type { StateKey, StateStore, StateWrite } from "../../src/store/store.ts";

/** An item as a file holds it. */
export interface KeptItem extends StateWrite {
  /** Was written by `add`. */
  readonly isCounter?: true;
}

/** A store in memory whose items can be listed. */
export function createRecordedStore(): { readonly store: StateStore; items(): Promise<KeptItem[]> } {
  const memory = createMemoryStore();
  const keys = new Map<string, StateKey & { readonly isCounter?: true }>();
  return {
    store: {
      ...memory,
      put(item, when) {
        const { partition, sort } = item;
        keys.set(`${partition}\n${sort}`, { partition, sort });
        return memory.put(item, when);
      },
      add(key, amount, expiresAt) {
        keys.set(`${key.partition}\n${key.sort}`, { ...key, isCounter: true });
        return memory.add(key, amount, expiresAt);
      },
    },
    async items() {
      const found = await Promise.all(
        [...keys.values()].map(async ({ isCounter, ...key }): Promise<KeptItem[]> => {
          const item = await memory.get(key);
          if (!item) return [];
          const { version: _, ...kept } = item;
          return [{ ...kept, ...(isCounter && { isCounter }) }];
        }),
      );
      return found.flat();
    },
  };
}

/** A store that begins with these items. */
export async function storeWith(items: readonly KeptItem[]): Promise<StateStore> {
  const store = createMemoryStore();
  for (const { isCounter, ...item } of items) {
    if (isCounter) await store.add(item, Number(item.value), item.expiresAt);
    else await store.put(item);
  }
  return store;
}
