import type { StateStore } from "./store.ts";

/** A store that tells this process about its own writes, so that readers in the same process need not poll. */
export interface ObservedStore extends StateStore {
  /** Unix time in milliseconds, by which this process dates what it stores. */
  readonly now: () => number;
  /**
   * Settles when something may have changed in the partition: at once when this process writes to it, as soon as the
   * backend says so where it pushes, and after `ms` in any case. Settles, too, when `signal` fires; never rejects.
   */
  changed(partition: string, ms: number, signal?: AbortSignal): Promise<void>;
}

/** Observes the writes that go through the returned store. */
export function observed(store: StateStore, now: () => number = Date.now): ObservedStore {
  const waiting = new Map<string, Set<() => void>>();
  return {
    now,
    get: store.get.bind(store),
    list: store.list.bind(store),
    async put(item, when) {
      const written = await store.put(item, when);
      for (const wake of waiting.get(item.partition) ?? []) wake();
      return written;
    },
    async delete(key) {
      await store.delete(key);
      for (const wake of waiting.get(key.partition) ?? []) wake();
    },
    async add(key, amount, expiresAt) {
      const sum = await store.add(key, amount, expiresAt);
      for (const wake of waiting.get(key.partition) ?? []) wake();
      return sum;
    },
    changed(partition, ms, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise<void>((resolve) => {
        // Only where the backend pushes: an abort makes an error with a stack.
        const over = store.watch && new AbortController();
        const group = waiting.get(partition) ?? new Set();
        const settle = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", settle);
          group.delete(settle);
          if (group.size === 0 && waiting.get(partition) === group) waiting.delete(partition);
          over?.abort();
          resolve();
        };
        const timer = setTimeout(settle, ms);
        signal?.addEventListener("abort", settle, { once: true });
        waiting.set(partition, group.add(settle));
        // A push that fails costs its speed only: the timer is there.
        if (store.watch && over) void firstOf(store.watch(partition, {}, over.signal)).then(settle, () => {});
      });
    },
  };
}

async function firstOf(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items) return;
  // It ended without an item: nothing was seen to change.
  return new Promise(() => {});
}

/**
 * The pause before the next read, for a reader that has waited `waitedMs` so far: an eighth of it. A reader that has just
 * begun gets its value almost at once; one that waits for a person costs one read a second.
 */
export const pollDelayMs = (waitedMs: number): number => Math.min(1000, Math.max(20, waitedMs / 8));
