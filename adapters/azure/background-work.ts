/** Work that goes on after its response has left. */
export interface BackgroundWork {
  add(work: Promise<unknown>, onError: (error: unknown) => void): void;
  /** Settles once no work is left, also work that was added while it waited. */
  settled(): Promise<void>;
}

/**
 * Azure does not freeze an instance between requests, so work simply goes on. When the platform takes an instance
 * away it sends `WorkerTerminate`, and the worker runs its `appTerminate` hooks within five seconds
 * (azure-functions-host, WorkerConstants.WorkerTerminateGracePeriodInSeconds): there the work is waited for.
 */
export function createBackgroundWork(): BackgroundWork {
  const pending = new Set<Promise<unknown>>();
  return {
    add(work, onError) {
      const watched = work.catch(onError).finally(() => pending.delete(watched));
      pending.add(watched);
    },
    async settled() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
