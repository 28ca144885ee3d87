/** A signal that fires after a time, or earlier when it is told to. */
export interface Deadline {
  readonly signal: AbortSignal;
  fire(): void;
  /** Unix time in milliseconds at which it fires by itself; absent where it does not. */
  readonly endsAt?: number;
  /** To be cleared when the response has ended. The signal then fires only by `fire`. */
  readonly timer: NodeJS.Timeout | undefined;
}

/** The longest delay that a timer of Node.js can count, 25 days; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Starts a deadline; `Infinity` and any time that no timer can count never pass, and one that is over fires at once. */
export function startDeadline(afterMs: number): Deadline {
  const controller = new AbortController();
  const fire = (): void => controller.abort();
  if (afterMs > MAX_DELAY_MS) return { signal: controller.signal, fire, timer: undefined };
  // Node.js warns of a timer in the past.
  const timer = setTimeout(fire, Math.max(0, afterMs));
  return { signal: controller.signal, fire, timer, endsAt: Date.now() + afterMs };
}
