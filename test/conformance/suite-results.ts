import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/v4";

/** The official suite's result of one scenario. */
export interface ScenarioResult {
  readonly scenario: string;
  /**
   * As the suite scores it, a scenario fails with any check of status FAILURE, and passes with warnings. One that passes
   * for the suite without a single check of status SUCCESS was skipped: so it treats a server that keeps no sessions.
   */
  readonly outcome: "passed" | "skipped" | "failed" | "timed out";
  /** The first word on what is wrong. */
  readonly problem?: string;
}

const checksFile = z.array(
  z.object({
    id: z.string(),
    status: z.string(),
    description: z.string().optional(),
    errorMessage: z.string().optional(),
  }),
);
type Check = z.infer<typeof checksFile>[number];

/** The suite's own check for a scenario that it gave up waiting for. */
const TIMEOUT_CHECK = "scenario-timeout";
/** `server-<scenario>-<time of its start>`, the folder that the suite makes for each scenario it runs. */
const RESULT_FOLDER = /^server-(?<scenario>.+)-\d{4}-\d{2}-\d{2}T[\d-]+Z$/;

/** Reads what `conformance server -o <folder>` left behind. */
export async function readSuiteResults(folder: string): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const name of await readdir(folder)) {
    const scenario = RESULT_FOLDER.exec(name)?.groups?.scenario;
    if (scenario) results.push(toResult(scenario, await readChecks(join(folder, name, "checks.json"))));
  }
  return results;
}

/** The file is missing when the scenario itself threw: the suite makes the folder first and writes the checks last. */
async function readChecks(file: string): Promise<readonly Check[] | undefined> {
  try {
    return checksFile.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function toResult(scenario: string, checks: readonly Check[] | undefined): ScenarioResult {
  if (!checks) return { scenario, outcome: "failed", problem: "The scenario broke off without a result." };
  const failures = checks.filter(({ status }) => status === "FAILURE");
  const [first] = failures;
  if (!first && checks.some(({ status }) => status === "SUCCESS")) return { scenario, outcome: "passed" };
  if (!first) return { scenario, outcome: "skipped", problem: `Nothing was checked: ${checks.map(wordOf).join(", ")}` };
  const timedOut = failures.some(({ id }) => id === TIMEOUT_CHECK);
  return { scenario, outcome: timedOut ? "timed out" : "failed", problem: wordOf(first) };
}

const wordOf = ({ errorMessage, description, id }: Check): string => errorMessage ?? description ?? id;
