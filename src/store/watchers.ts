/** The watches of a store that pushes, by partition. */
export interface Watchers {
  /** Sort keys that are told from now on, until `signal` fires. Throws the error that `fail` was called with. */
  watch(partition: string, signal: AbortSignal): AsyncIterable<string>;
  /** Tells those who watch the partition that an item was written. */
  tell(partition: string, sort: string): void;
  /** Ends all watches: writes may have been missed. */
  fail(error: unknown): void;
}

interface Watcher {
  readonly told: string[];
  failure?: { readonly error: unknown };
  wake(): void;
}

export function createWatchers(): Watchers {
  const watchers = new Map<string, Set<Watcher>>();

  async function* read(watcher: Watcher, signal: AbortSignal, leave: () => void): AsyncGenerator<string> {
    try {
      while (!signal.aborted) {
        yield* watcher.told.splice(0);
        if (watcher.failure) throw watcher.failure.error;
        if (watcher.told.length > 0 || signal.aborted) continue;
        await new Promise<void>((resolve) => {
          watcher.wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener("abort", leave);
      leave();
    }
  }

  return {
    watch(partition, signal) {
      const watcher: Watcher = { told: [], wake: () => {} };
      watchers.set(partition, (watchers.get(partition) ?? new Set()).add(watcher));
      const leave = (): void => {
        const group = watchers.get(partition);
        if (group?.delete(watcher) && group.size === 0) watchers.delete(partition);
        watcher.wake();
      };
      signal.addEventListener("abort", leave, { once: true });
      if (signal.aborted) leave();
      return read(watcher, signal, leave);
    },
    tell(partition, sort) {
      for (const watcher of watchers.get(partition) ?? []) {
        watcher.told.push(sort);
        watcher.wake();
      }
    },
    fail(error) {
      for (const group of watchers.values())
        for (const watcher of group) {
          watcher.failure = { error };
          watcher.wake();
        }
    },
  };
}
