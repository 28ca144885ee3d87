import type { Grace } from "../shared/in-flight.ts";
import { CONTAINER_SETTINGS } from "./settings.ts";

/**
 * The time that a platform gives between SIGTERM and SIGKILL: what is in flight may finish until 3 s before its end, then has a
 * second to be told that it could not, and a second more to reach its client.
 */
export const graceOf = (shutdownSeconds: number): Grace => ({
  answerMs: (shutdownSeconds - 3) * 1000,
  endMs: (shutdownSeconds - 1) * 1000,
});

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
    await drain(graceOf(CONTAINER_SETTINGS.shutdownSeconds.default));
    for (const listener of deferred) listener(signal);
  });
}
