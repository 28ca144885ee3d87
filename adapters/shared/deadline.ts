/** A signal that fires after a time, or earlier when it is told to. */
export interface Deadline {
  readonly signal: AbortSignal;
  fire(): void;
  /** Stops the timer. The signal then fires only by `fire`. */
  clear(): void;
}

/** The longest delay that a timer of Node.js can count, 25 days; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Starts a deadline; `Infinity` and any time that no timer can count never pass. */
export function startDeadline(afterMs: number): Deadline {
  const controller = new AbortController();
  const timer = afterMs <= MAX_DELAY_MS ? setTimeout(() => controller.abort(), afterMs) : undefined;
  return { signal: controller.signal, fire: () => controller.abort(), clear: () => clearTimeout(timer) };
}
