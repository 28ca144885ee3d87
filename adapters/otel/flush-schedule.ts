/**
 * One export for all requests that end within a while. Gives back the work that the instance waits for, to the first of them;
 * it is done early where the instance is told to end.
 */
export function createFlushSchedule(
  send: () => Promise<void>,
): (delayMs: number, stopping: AbortSignal | undefined) => Promise<void> | undefined {
  let isPending = false;
  return (delayMs, stopping) => {
    if (isPending) return undefined;
    isPending = true;
    return pause(delayMs, stopping).then(() => {
      isPending = false;
      return send();
    });
  };
}

async function pause(ms: number, stopping: AbortSignal | undefined): Promise<void> {
  if (stopping?.aborted) return;
  await new Promise<void>((resolve) => {
    // Keeps no process alive: an instance serves requests, or is told to end.
    const timer = setTimeout(done, ms);
    timer.unref();
    function done(): void {
      clearTimeout(timer);
      stopping?.removeEventListener("abort", done);
      resolve();
    }
    stopping?.addEventListener("abort", done);
  });
}
