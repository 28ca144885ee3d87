import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { PlantedFault } from "./planted-fault.ts";

/** A copy of the repository, with the packages of the original. */
export interface WorkingCopy {
  readonly root: string;
  /** Runs the tests of a fault. */
  run(fault: Pick<PlantedFault, "test" | "title">): Promise<TestOutcome>;
  remove(): Promise<void>;
}

interface TestOutcome {
  readonly passed: number;
  readonly failed: number;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LEFT_OUT: ReadonlySet<string> = new Set([".git", "node_modules", "dist", "lib"]);
/** A fault that makes a test wait for ever is noticed after this. */
const TEST_TIMEOUT_MS = 60_000;
/** A condition that a fault keeps from coming is waited for this long. */
const POLL_TIMEOUT_MS = 10_000;
/** A run that takes longer than any is ended. */
const RUN_TIMEOUT_MS = 300_000;

export async function createWorkingCopy(): Promise<WorkingCopy> {
  const root = await mkdtemp(join(tmpdir(), "mutants-"));
  await cp(ROOT, root, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(ROOT, path)) });
  await symlink(join(ROOT, "node_modules"), join(root, "node_modules"));
  return { root, run: (fault) => runTests(root, fault), remove: () => rm(root, { recursive: true }) };
}

async function runTests(root: string, { test, title }: Pick<PlantedFault, "test" | "title">): Promise<TestOutcome> {
  const output = join(root, "outcome.json");
  await rm(output, { force: true });
  const args = [
    ...[join(root, "node_modules/vitest/vitest.mjs"), "run", test],
    ...["--reporter=json", `--outputFile=${output}`, "--bail=1"],
    ...[`--testTimeout=${TEST_TIMEOUT_MS}`, `--expect.poll.timeout=${POLL_TIMEOUT_MS}`],
    ...(title === undefined ? [] : ["--testNamePattern", title]),
  ];
  const runner = spawn(process.execPath, args, { cwd: root, stdio: "ignore", timeout: RUN_TIMEOUT_MS });
  await new Promise((resolve) => runner.once("close", resolve));
  const text = await readFile(output, "utf8").catch(() => undefined);
  // A run without a report hung: nothing of it was seen to pass or to fail.
  if (text === undefined) return { passed: 0, failed: 0 };
  const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(text);
  return { passed, failed };
}
