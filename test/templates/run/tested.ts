import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Terraform } from "./terraform.ts";
import { toLine } from "./validated.ts";

export interface TestedTemplate {
  /** Each `run` block that was run: `tests/refusals.tftest.hcl: refuses a name`. */
  readonly runs: readonly string[];
  /** A line for each problem. */
  readonly problems: readonly string[];
}

interface Event {
  readonly type: string;
  readonly "@testfile"?: string;
  readonly test_run?: {
    readonly path: string;
    readonly run: string;
    readonly progress?: string;
    readonly status: string;
  };
  readonly diagnostic?: Parameters<typeof toLine>[0];
}

/**
 * Runs `terraform test` and reads what it tells of each run.
 *
 * @param file The one test file to run, instead of all.
 */
export async function tested(terraform: Terraform, file?: string): Promise<TestedTemplate> {
  const { code, stdout, output } = await terraform("test", "-json", ...(file ? [`-filter=${file}`] : []));
  const events = stdout.split("\n").filter((line) => line.startsWith("{"));
  const runs: string[] = [];
  const problems: string[] = [];
  for (const { type, diagnostic, test_run: run, "@testfile": place } of events.map(
    (line) => JSON.parse(line) as Event,
  )) {
    if (type === "diagnostic" && diagnostic?.severity === "error")
      problems.push(`${place ?? ""}: ${toLine(diagnostic)}`);
    if (type !== "test_run" || !run || (run.progress ?? "complete") !== "complete") continue;
    const name = `${run.path}: ${run.run}`;
    runs.push(name);
    if (run.status !== "pass") problems.push(`${name}: ${run.status}`);
  }
  if (code !== 0 && problems.length === 0) problems.push(output);
  return { runs, problems };
}

/** A module's test files: `tests/refusals.tftest.hcl`. */
export const testFiles = (module: string): string[] => globSync("tests/*.tftest.hcl", { cwd: module }).sort();

/** The `run` blocks that stand in one of them, in the words of those that are run. */
export function writtenRuns(module: string, file: string): string[] {
  const text = readFileSync(join(module, file), "utf8");
  return [...text.matchAll(/^run "(\w+)"/gm)].map(([, name]) => `${file}: ${name}`);
}
