import { expect, test } from "vitest";
import { dollarsPerMillion, freshMeter } from "../../bench/metered-store.ts";
import { measureTaskCosts } from "../../bench/task-costs.ts";

/** Operations of the store, and jobs, at most. `npm run bench:state` prints the rows with their prices. */
const LIMITS: Readonly<Record<string, { readonly reads: number; readonly writes: number; readonly jobs: number }>> = {
  "from tools/call to the answer that it works": { reads: 2, writes: 2, jobs: 1 },
  "poll of a task that works": { reads: 1, writes: 0, jobs: 0 },
  "poll of a task that waits for a person": { reads: 1, writes: 0, jobs: 0 },
  "an hour that a person thinks": { reads: 0, writes: 0, jobs: 0 },
  "poll of a finished task": { reads: 1, writes: 0, jobs: 0 },
  "task with three steps and a question, without polls": { reads: 8, writes: 12, jobs: 2 },
  "poll of a finished task, result of 150 KB": { reads: 2, writes: 0, jobs: 0 },
};

test("each part of a task's life costs no more of the store and of the queue than its limit", async () => {
  const costs = await measureTaskCosts();
  expect(costs.map(({ operation }) => operation)).toEqual(Object.keys(LIMITS));
  for (const { operation, meter, jobs } of costs) {
    const { reads = 0, writes = 0, jobs: mostJobs = 0 } = LIMITS[operation] ?? {};
    expect(meter.reads, `reads: ${operation}`).toBeLessThanOrEqual(reads);
    expect(meter.writes, `writes: ${operation}`).toBeLessThanOrEqual(writes);
    expect(jobs, `jobs: ${operation}`).toBeLessThanOrEqual(mostJobs);
  }
});

test("the price of a task counts its larger items", async () => {
  const costs = await measureTaskCosts();
  const meters = new Map(costs.map(({ operation, meter }) => [operation, meter]));
  const price = (operation: string): number => dollarsPerMillion(meters.get(operation) ?? freshMeter(), 1);
  expect(price("an hour that a person thinks")).toBe(0);
  // 150 KB are 37 units of 4 KB and more.
  expect(price("poll of a finished task, result of 150 KB")).toBeGreaterThan(30 * price("poll of a finished task"));
});
