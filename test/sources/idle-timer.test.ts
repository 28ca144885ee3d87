import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createIdleTimer } from "../../src/sources/forwarding/idle-timer.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("silence is counted from the last message, and not while a client is asked, whatever comes meanwhile", async () => {
  const onIdle = vi.fn();
  const timer = createIdleTimer(1_000, onIdle);
  vi.advanceTimersByTime(900);
  timer.restart();
  vi.advanceTimersByTime(900);
  const one = Promise.withResolvers<string>();
  const other = Promise.withResolvers<string>();
  const answered = [timer.pausedFor(one.promise), timer.pausedFor(other.promise)];
  one.resolve("yes");
  expect(await answered[0]).toBe("yes");
  // A notification, while the other question is open.
  timer.restart();
  vi.advanceTimersByTime(3_600_000);
  expect(onIdle).not.toHaveBeenCalled();
  other.reject(new Error("left"));
  await expect(answered[1]).rejects.toThrow("left");
  vi.advanceTimersByTime(999);
  expect(onIdle).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onIdle).toHaveBeenCalledTimes(1);
});

test("a timer that was stopped stays so, also when an answer comes afterwards", async () => {
  const onIdle = vi.fn();
  const timer = createIdleTimer(1_000, onIdle);
  const question = Promise.withResolvers<void>();
  const answered = timer.pausedFor(question.promise);
  timer.stop();
  question.resolve();
  await answered;
  expect(vi.getTimerCount()).toBe(0);
});
