import { expect, test } from "vitest";
import { createRandom } from "../chaos/random.ts";
import { growthOf } from "./growth.ts";

const random = createRandom(7);
const samplesOf = (length: number, at: (sample: number) => number): number[] => Array.from({ length }, (_, n) => at(n));

test("the soak tells a small leak from noise, and from what a start needs", () => {
  const noisy = samplesOf(60, () => 100 + 20 * random());
  expect(growthOf("items", noisy, 5)).toBeUndefined();
  const started = samplesOf(60, (n) => Math.min(n, 10) * 50);
  expect(growthOf("items", started, 5)).toBeUndefined();
  const leaking = samplesOf(60, (n) => 100 + 2 * n + 10 * random());
  expect(growthOf("items", leaking, 5)).toMatch(/^items: \d/);
  const leakingSlowly = samplesOf(60, (n) => 100 + n / 2);
  expect(growthOf("items", leakingSlowly, 5)).toMatch(/^items: \d/);
});

test("too few samples are no proof", () => {
  expect(growthOf("items", [1, 1, 1], 5)).toMatch(/of 3 samples/);
});
