import { logAboutRequest, servedRequest } from "./served-request.ts";

type Listener = NodeJS.UnhandledRejectionListener;

let isContained = false;

/**
 * Keeps the process alive when a promise of a request's code is rejected and nobody handles it, such as a call that a tool
 * does not await. Node.js and the runtimes of the platforms end the process then, and with it the requests of other callers.
 * The rejection is logged with its request and tool. One that belongs to no request still ends the process: it may be a
 * start that failed. Once per process; `replaced` are the listeners of the platform's runtime, which are only called for
 * those.
 */
export function containUnhandledRejections(replaced: readonly Listener[] = []): void {
  if (isContained) return;
  isContained = true;
  for (const listener of replaced) process.removeListener("unhandledRejection", listener);
  process.on("unhandledRejection", (reason, promise) => {
    if (servedRequest.getStore()) logUnhandled(reason);
    else if (replaced.length > 0) for (const listener of replaced) listener(reason, promise);
    // As Node.js does without a listener.
    else if (process.listenerCount("unhandledRejection") === 1) throw reason;
  });
}

/** Logs what a request's code threw or rejected with, and nobody handled. */
export const logUnhandled = (reason: unknown): void => logAboutRequest("an error that nobody handled:", reason);
