import { expect, test } from "vitest";
import { quantile } from "../bench/quantile.ts";
import { compareSessionCounts } from "../bench/session-scale.ts";

test("a request costs the same beside 10,000 sessions as beside 10", { timeout: 300_000 }, async () => {
  const [few, many] = await compareSessionCounts({ counts: [10, 10_000], rounds: 200 });
  expect([few?.sessions, many?.sessions]).toEqual([10, 10_000]);
  const ratio = quantile(many?.timesMs ?? [], 0.5) / quantile(few?.timesMs ?? [], 0.5);
  // A read by key is one step of a tree deeper at most; a scan would be a hundred times as long.
  expect(ratio).toBeLessThan(2);
});
