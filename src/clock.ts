/**
 * Milliseconds of a clock that never jumps. Not `performance.now()`: whoever first looks at `performance` in a Node.js
 * process makes it load a module, 5 ms of a cold start.
 */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
