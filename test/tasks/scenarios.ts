import { runSuite, type SuiteRun } from "../conformance/suite.ts";
import type { ScenarioResult } from "../conformance/suite-results.ts";

/** The scenarios of the extension. The suite skips the tenth, of notifications: see listen.test.ts. */
export const SCENARIOS: readonly string[] = [
  "tasks-lifecycle",
  "tasks-capability-negotiation",
  "tasks-wire-fields",
  "tasks-request-state-removal",
  "tasks-mrtr-input",
  "tasks-request-headers",
  "tasks-dispatch-and-envelope",
  "tasks-required-task-error",
  "tasks-mrtr-composition",
];

/** Runs one of them against an endpoint that serves the tasks fixture. */
export const runTaskScenario = (
  url: string,
  scenario: string,
  more: Pick<SuiteRun, "timeoutMs"> = {},
): Promise<readonly ScenarioResult[]> => runSuite({ url, revision: "2026-07-28", scenario, ...more });
