/** Work that goes on after its response was sent. */
export interface BackgroundWork {
  /** Keeps track of `work`. A rejection goes to `onError` and nowhere else. */
  add(work: Promise<unknown>, onError: (error: unknown) => void): void;
  /** Resolves when no work is left, including work that was added while it waited. */
  finished(): Promise<void>;
}

export function createBackgroundWork(): BackgroundWork {
  const pending = new Set<Promise<unknown>>();
  return {
    add(work, onError) {
      const watched = work.catch(onError).finally(() => pending.delete(watched));
      pending.add(watched);
    },
    async finished() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
