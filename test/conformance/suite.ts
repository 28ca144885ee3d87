import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startInstance } from "../../emulators/instance.ts";
import type { Revision } from "./revision.ts";
import { readSuiteResults, type ScenarioResult } from "./suite-results.ts";

export interface SuiteRun {
  /** The MCP endpoint, on a loopback address: the suite's DNS rebinding scenario fails for every other one. */
  readonly url: string;
  readonly revision: Revision;
  /** One scenario alone, also one that the revision does not require, such as those of an extension. */
  readonly scenario?: string;
  /** Milliseconds that a scenario may take. Default: the suite's own 30,000. */
  readonly timeoutMs?: number;
  /** Ends the run early; it rejects then. */
  readonly signal?: AbortSignal;
}

const CLI = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/dist/index.js"));
/** Lines of the suite's output that an error quotes. */
const QUOTED_LINES = 20;

/** Runs the official suite against a server that is up, in a process of its own. */
export async function runSuite({
  url,
  revision,
  scenario,
  timeoutMs,
  signal,
}: SuiteRun): Promise<readonly ScenarioResult[]> {
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), "mcp-conformance-"));
  const output: string[] = [];
  const selection = scenario
    ? ["--scenario", scenario, "--spec-version", revision, "--force"]
    : ["--requirements", revision];
  const timeout = timeoutMs === undefined ? [] : ["--timeout", String(timeoutMs)];
  const suite = startInstance({
    command: [CLI, "server", "--url", url, ...selection, ...timeout, "-o", folder],
    environment: {},
    onOutput: (line) => output.push(line),
  });
  const stop = (): void => void suite.stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const ending = await suite.exited;
    signal?.throwIfAborted();
    const results = await readSuiteResults(folder);
    // 0 and 1 are its words for "all scored scenarios passed" and "some failed"; it also ends with 1 when it cannot start.
    if (!/^exit code [01]$/.test(ending) || results.length === 0) {
      throw new Error(`The conformance suite broke off (${ending}):\n${output.slice(-QUOTED_LINES).join("\n")}`);
    }
    return results;
  } finally {
    signal?.removeEventListener("abort", stop);
    await suite.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
