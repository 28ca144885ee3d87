import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { runRollingRestart } from "./rolling-restart.ts";

test("three replicas behind haproxy are replaced, and no call fails", { timeout: 300_000 }, async ({ skip }) => {
  let haproxy: string;
  try {
    haproxy = execFileSync("which", ["haproxy"], { encoding: "utf8" }).trim();
  } catch {
    return skip("no haproxy; apt-get install haproxy installs it");
  }
  const report = await runRollingRestart(haproxy, { clients: 10, rounds: 1 });
  expect(report).toMatchObject({ failed: 0, lostSessions: 0, wrong: [], ended: Array(3).fill("exit code 0") });
});
