import { createPushes } from "./pushes.ts";
import type { StateStore } from "./store.ts";
import { createTurns } from "./turns.ts";

/** A store that tells this process about its own writes, so that readers in the same process need not poll. */
export interface ObservedStore extends StateStore {
  /** Unix time in milliseconds, by which this process dates what it stores. */
  readonly now: () => number;
  /** Whether the backend tells of the writes of other processes, so that reads are only needed where a push was lost. */
  readonly pushes: boolean;
  /**
   * Calls `onChange` when something may have changed in the partition: at once when this process writes to it or `tell`s of
   * it, and as soon as the backend says so where it pushes; with the sort key of the item, where this process wrote it. Until the function
   * that it gives back is called.
   */
  subscribe(partition: string, onChange: (sort?: string) => void): () => void;
  /** Tells subscribers in this process that something may have changed in the partition. */
  tell(partition: string, sort?: string): void;
  /** Settles with the first change after the call, after `ms` in any case, and when `signal` fires; never rejects. */
  changed(partition: string, ms: number, signal?: AbortSignal): Promise<void>;
}

/** Polls at a time. The others wait, so that a slow store has connections left for calls. */
const POLLS_AT_A_TIME = 8;

/** Observes the writes that go through the returned store. */
export function observed(store: StateStore, now: () => number = Date.now): ObservedStore {
  const subscribers = new Map<string, Set<(sort?: string) => void>>();
  const pushes = store.watch && createPushes(store.watch.bind(store), (partition) => tell(partition));
  const inTurn = createTurns(POLLS_AT_A_TIME);

  function tell(partition: string, sort?: string): void {
    for (const onChange of subscribers.get(partition) ?? []) onChange(sort);
  }

  function subscribe(partition: string, onChange: (sort?: string) => void): () => void {
    const group = subscribers.get(partition) ?? new Set();
    subscribers.set(partition, group.add(onChange));
    if (group.size === 1) pushes?.open(partition);
    return () => {
      if (!group.delete(onChange) || group.size > 0) return;
      subscribers.delete(partition);
      pushes?.close(partition);
    };
  }

  return {
    now,
    pushes: pushes !== undefined,
    subscribe,
    tell,
    get: store.get.bind(store),
    list: (partition, range) =>
      range?.eventual ? inTurn(() => store.list(partition, range)) : store.list(partition, range),
    async put(item, when) {
      const written = await store.put(item, when);
      tell(item.partition, item.sort);
      return written;
    },
    async delete(key) {
      await store.delete(key);
      tell(key.partition, key.sort);
    },
    async add(key, amount, expiresAt) {
      const sum = await store.add(key, amount, expiresAt);
      tell(key.partition, key.sort);
      return sum;
    },
    changed(partition, ms, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise<void>((resolve) => {
        const settle = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", settle);
          unsubscribe();
          resolve();
        };
        const timer = setTimeout(settle, ms);
        signal?.addEventListener("abort", settle, { once: true });
        const unsubscribe = subscribe(partition, settle);
      });
    },
  };
}

/**
 * The pause before the next read, for a reader that has waited `waitedMs` so far: an eighth of it. A reader that has just
 * begun gets its value almost at once; one that waits for a person costs one read a second.
 */
export const pollDelayMs = (waitedMs: number): number => Math.min(1000, Math.max(20, waitedMs / 8));
