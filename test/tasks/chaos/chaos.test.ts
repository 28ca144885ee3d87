import { expect, test } from "vitest";
import { runTaskChaos } from "./chaos.ts";

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);

test(`500 tasks through instances that are killed, a queue that loses and doubles, and a store that fails (CHAOS_SEED=${seed})`, {
  timeout: 600_000,
}, async () => {
  const { violations, ...report } = await runTaskChaos({ seed, tasks: 500, deadlineMs: 500_000 });
  expect(violations).toEqual([]);
  expect(report.completed).toBe(500);
  // It happened.
  for (const count of [report.kills, report.freezes, report.duplicates, report.lostJobs, report.storeFailures]) {
    expect(count).toBeGreaterThan(5);
  }
});
