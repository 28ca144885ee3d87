import { fileURLToPath } from "node:url";
import { startIngress } from "../support/ingresses.ts";
import type { TestIngress } from "./ingress.ts";
import type { Mode } from "./mode.ts";
import type { Revision } from "./revision.ts";
import { readExpectedFailures, readScoredScenarios, UNSCORED_BUT_REQUIRED } from "./scored-scenarios.ts";
import { runSuite, type SuiteRun } from "./suite.ts";
import { toVerdict, type Verdict } from "./verdict.ts";

export interface ConformanceRun {
  readonly ingress: TestIngress;
  readonly revision: Revision;
  readonly mode: Mode;
  /** Absolute path of the server's module. Default: the fixture that the suite's names are of. */
  readonly entry?: string;
  /** Scenarios that the server cannot pass, besides the expected failures. */
  readonly without?: RegExp;
  /** By which the instances find the table that they share. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the run early; it rejects then, once everything it started has ended. */
  readonly signal?: AbortSignal;
}

/**
 * Fresh processes that are ready before the suite begins, where every request gets its own. The suite's `server-stateless`
 * gives some requests 500 to 1500 ms from the moment it sends them, so that on a busy machine it would measure how long
 * Node.js takes to start. It is the first scenario of its revision and makes 26 requests. No other has such a clock.
 */
export const READY_BEFORE_THE_SUITE: Readonly<Record<Revision, number>> = { "2025-11-25": 1, "2026-07-28": 30 };

/** The server that the suite's names are of. */
export const FIXTURE: string = fileURLToPath(new URL("../fixtures/conformance-server.ts", import.meta.url));

/** Builds the fixture for one cloud, runs the official suite against it behind that cloud's emulator, and judges. */
export async function runConformance(run: ConformanceRun): Promise<Verdict> {
  const { ingress, revision, mode, entry = FIXTURE, without, environment, signal } = run;
  signal?.throwIfAborted();
  const { amnesia } = mode;
  const instances = amnesia ? READY_BEFORE_THE_SUITE[revision] : mode.instances;
  const emulator = await startIngress(ingress, { entry, instances, amnesia, environment });
  try {
    const url = `${emulator.url}/mcp`;
    return await runConformanceAt({ url, revision, ...(without && { without }), ...(signal && { signal }) });
  } finally {
    await emulator.close();
  }
}

/** Runs the official suite against an endpoint that is up already, and judges. */
export async function runConformanceAt(run: SuiteRun & { readonly without?: RegExp }): Promise<Verdict> {
  const [scored, known] = await Promise.all([readScoredScenarios(run.revision), readExpectedFailures(run.revision)]);
  const unscored = UNSCORED_BUT_REQUIRED[run.revision];
  const { without } = run;
  const expectedFailures = [...known, ...[...scored, ...unscored].filter((scenario) => without?.test(scenario))];
  return toVerdict({ scored, unscored, expectedFailures, results: await runSuite(run) });
}
