import { expect, test } from "vitest";
import { runChaos } from "./chaos.ts";

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);

test(`200 sessions through three instances that are killed at random (CHAOS_SEED=${seed})`, {
  timeout: 600_000,
}, async () => {
  const { violations, ...report } = await runChaos({
    seed,
    sessions: 200,
    concurrency: 200,
    killEveryMs: [300, 900],
    deadlineMs: 400_000,
  });
  expect(violations).toEqual([]);
  // It happened: calls were carried through, others were lost and said so, streams were taken up elsewhere.
  expect(report.kills).toBeGreaterThan(10);
  for (const count of [report.succeeded, report.failed, report.resumed]) expect(count).toBeGreaterThan(10);
  expect(report.succeeded + report.failed).toBe(600);
});
