import type { Grace } from "../shared/in-flight.ts";

/**
 * Cloud Run sends SIGTERM, and SIGKILL 10 s later ("Container runtime contract", instance shutdown). What is in flight has
 * 7 s to finish, then a second to be told that it could not, and a second more to reach its client.
 */
export const GRACE: Grace = { answerMs: 7_000, endMs: 9_000 };

/**
 * Lets the requests in flight end before the process does. The Functions Framework's own SIGTERM listener (its
 * invoker.js) exits at once and cuts every response; here every present listener waits until `drain` has resolved. Call
 * this after the framework has begun to listen: before that its listener does not exist. The framework goes on listening
 * meanwhile; Cloud Run sends nothing more to an instance that it ends.
 */
export function deferSigterm(drain: (grace: Grace) => Promise<void>): void {
  const deferred = process.listeners("SIGTERM");
  for (const listener of deferred) process.removeListener("SIGTERM", listener);
  let draining = false;
  process.on("SIGTERM", async (signal) => {
    if (draining) return;
    draining = true;
    await drain(GRACE);
    for (const listener of deferred) listener(signal);
  });
}
