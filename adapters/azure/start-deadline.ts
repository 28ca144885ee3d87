import { LightSignal, type Occasion } from "../../src/adapter.ts";

/** Most of the time that is kept for ending a stream, in milliseconds. */
const LONGEST_MARGIN_MS = 5_000;

/**
 * Fires before `functionTimeout` does: five seconds, or a fifth of a timeout shorter than 25 seconds.
 * `Infinity` never fires. Cleared when the response ends, so that no timer outlives its request.
 */
export function startDeadline(functionTimeoutMs: number): { deadline: Occasion; clear(): void } {
  const deadline = new LightSignal();
  const afterMs = functionTimeoutMs - Math.min(LONGEST_MARGIN_MS, functionTimeoutMs / 5);
  // Longer than Node's timers can count is longer than any stream.
  if (afterMs > 2 ** 31 - 1) return { deadline, clear() {} };
  const timer = setTimeout(() => deadline.abort(), afterMs);
  timer.unref();
  return { deadline, clear: () => clearTimeout(timer) };
}
