import { type ObservedStore, pauseMs } from "./observed-store.ts";

/** Waits, again and again, for changes of one partition. No change between two waits is slept through. */
export interface ChangeWaiter {
  /** Settles with true when something may have changed since the wait before, and with false after `ms` or when `signal` fires. */
  changed(ms: number, signal?: AbortSignal): Promise<boolean>;
  close(): void;
}

/** `own` is the sort key of an item that only the waiter itself writes: it does not wake itself. */
export function createChangeWaiter(store: ObservedStore, partition: string, own?: string): ChangeWaiter {
  const begunAt = store.now();
  let isChanged = false;
  let wake = (): void => {};
  const unsubscribe = store.subscribe(partition, (sort) => {
    if (own !== undefined && sort === own) return;
    isChanged = true;
    wake();
  });

  function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", settle);
        resolve();
      };
      const timer = setTimeout(settle, pauseMs(store, ms, begunAt));
      signal?.addEventListener("abort", settle, { once: true });
      wake = settle;
    });
  }

  return {
    async changed(ms, signal) {
      if (!isChanged && !signal?.aborted) await pause(ms, signal);
      const wasChanged = isChanged;
      isChanged = false;
      return wasChanged;
    },
    close: unsubscribe,
  };
}
