/** Time to drain: Cloud Run kills an instance 10 s after SIGTERM ("Container runtime contract", instance shutdown). */
export const GRACE_MS = 8_000;

/**
 * Lets the requests in progress end before the process does. The Functions Framework's own SIGTERM listener (its
 * invoker.js) exits at once and cuts every stream; here every present listener waits until `drain` has resolved. Call this
 * after the framework has begun to listen: before that its listener does not exist.
 */
export function deferSigterm(drain: (graceMs: number) => Promise<void>): void {
  const deferred = process.listeners("SIGTERM");
  for (const listener of deferred) process.removeListener("SIGTERM", listener);
  let draining = false;
  process.on("SIGTERM", async (signal) => {
    if (draining) return;
    draining = true;
    await drain(GRACE_MS);
    for (const listener of deferred) listener(signal);
  });
}
