import { setTimeout as passed } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { startDeadline } from "../../adapters/shared/deadline.ts";

test("a deadline that is over fires at once, without a warning of Node.js", async () => {
  const warned = vi.fn();
  process.on("warning", warned);
  onTestFinished(() => void process.off("warning", warned));
  const { signal, endsAt = Number.NaN } = startDeadline(-1_000);
  expect(endsAt).toBeLessThan(Date.now());
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  await passed(1);
  expect(warned).not.toHaveBeenCalled();
});

test.each([Number.POSITIVE_INFINITY, 2 ** 31])("a deadline in %s ms has no timer", (ms) => {
  expect(startDeadline(ms).timer).toBeUndefined();
});
