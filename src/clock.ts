/** Instances' clocks, which the platforms keep, differ by less, also where one was not set since its instance was frozen. */
export const CLOCK_SKEW_MS = 15_000;

/**
 * Milliseconds of a clock that never jumps. It does not use `performance.now()`: the first access to `performance` in a
 * Node.js process loads a module, which costs 5 ms of a cold start.
 */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
