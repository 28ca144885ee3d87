import { SIGNALS } from "./signals.ts";

/** One Ctrl-C can arrive twice, from the terminal and from npm. Two within this time count as one. */
const ECHO_MS = 500;

/** Interval of the check whether npm still runs. */
const LOOK_MS = 500;

/** The request to stop. */
export interface StopSignal {
  /** Fires when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** Asks it to stop. */
  stop(): void;
}

/** Listens for signals that ask the process to stop. A second one ends the process at once. */
export function stopSignal(): StopSignal {
  const stop = new AbortController();
  let askedAt = 0;
  const ask = (): void => {
    if (!stop.signal.aborted) {
      askedAt = performance.now();
      stop.abort();
    } else if (performance.now() - askedAt > ECHO_MS) process.exit(130);
  };
  for (const signal of SIGNALS) process.on(signal, ask);
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent(stop);
  return { signal: stop.signal, stop: ask };
}

/**
 * npm runs a script in a shell, and the shell passes no signal on: `kill` on npm would end the two and leave this
 * process behind, with its ports.
 */
function stopWithParent(stop: AbortController): void {
  const parent = process.ppid;
  const look = (): void => {
    if (process.ppid !== parent) stop.abort();
  };
  setInterval(look, LOOK_MS).unref();
}
