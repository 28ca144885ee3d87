import { fileURLToPath } from "node:url";
import { startFront } from "../fronts.ts";
import type { Front } from "./front.ts";
import type { Revision } from "./revision.ts";
import { readExpectedFailures, readScoredScenarios } from "./scored-scenarios.ts";
import { runSuite, type SuiteRun } from "./suite.ts";
import { judge, type Verdict } from "./verdict.ts";

export interface ConformanceRun {
  readonly front: Front;
  readonly revision: Revision;
  /** Processes behind the front door. Default 1. */
  readonly instances?: number;
  /** A fresh process for every request. Default false. */
  readonly amnesia?: boolean;
  /** Ends the run early; it rejects then, once everything it started has ended. */
  readonly signal?: AbortSignal;
}

const FIXTURE = fileURLToPath(new URL("../fixtures/conformance-server.ts", import.meta.url));

/** Builds the fixture for one cloud, runs the official suite against it behind that cloud's emulator, and judges. */
export async function runConformance({ front, revision, signal, ...options }: ConformanceRun): Promise<Verdict> {
  signal?.throwIfAborted();
  const emulator = await startFront(front, { entry: FIXTURE, ...options });
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
  return judge({ scored, expectedFailures, results: await runSuite(run) });
}
