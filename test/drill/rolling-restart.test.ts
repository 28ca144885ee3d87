import { expect, test } from "vitest";
import { findHaproxy, NO_HAPROXY } from "./haproxy.ts";
import { runRollingRestart } from "./rolling-restart.ts";

test("three replicas behind haproxy are replaced, and no call fails", { timeout: 300_000 }, async ({ skip }) => {
  const haproxy = findHaproxy();
  if (!haproxy) return skip(NO_HAPROXY);
  const report = await runRollingRestart(haproxy, { clients: 10, rounds: 1 });
  expect(report).toMatchObject({ failed: 0, lostSessions: 0, wrong: [], ended: Array(3).fill("exit code 0") });
});
