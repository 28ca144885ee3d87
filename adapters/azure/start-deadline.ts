/** Most of the time that is kept for ending a stream, in milliseconds. */
const LONGEST_MARGIN_MS = 5_000;

/**
 * A signal that fires before `functionTimeout` does: five seconds, or a fifth of a timeout shorter than 25 seconds.
 * `Infinity` never fires. Cleared when the response ends, so that no timer outlives its request.
 */
export function startDeadline(functionTimeoutMs: number): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const afterMs = functionTimeoutMs - Math.min(LONGEST_MARGIN_MS, functionTimeoutMs / 5);
  // Longer than Node's timers can count is longer than any stream.
  if (afterMs > 2 ** 31 - 1) return { signal: controller.signal, clear() {} };
  const timer = setTimeout(() => controller.abort(new Error("functionTimeout is near")), afterMs);
  timer.unref();
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
