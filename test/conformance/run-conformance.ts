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
  /** By which the instances find the table that they share. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the run early; it rejects then, once everything it started has ended. */
  readonly signal?: AbortSignal;
}

const FIXTURE = fileURLToPath(new URL("../fixtures/conformance-server.ts", import.meta.url));

/** Builds the fixture for one cloud, runs the official suite against it behind that cloud's emulator, and judges. */
export async function runConformance(run: ConformanceRun): Promise<Verdict> {
  const { ingress, revision, mode, environment, signal } = run;
  signal?.throwIfAborted();
  const { instances, amnesia } = mode;
  const emulator = await startIngress(ingress, { entry: FIXTURE, instances, amnesia, environment });
  try {
    return await runConformanceAt({ url: `${emulator.url}/mcp`, revision, ...(signal && { signal }) });
  } finally {
    await emulator.close();
  }
}

/** Runs the official suite against an endpoint that is up already, and judges. */
export async function runConformanceAt(run: SuiteRun): Promise<Verdict> {
  const [scored, expectedFailures] = await Promise.all([
    readScoredScenarios(run.revision),
    readExpectedFailures(run.revision),
  ]);
  const unscored = UNSCORED_BUT_REQUIRED[run.revision];
  return toVerdict({ scored, unscored, expectedFailures, results: await runSuite(run) });
}
