import type { ScenarioResult } from "./suite-results.ts";

/** A required scenario that did not pass. */
interface FailedScenario {
  readonly scenario: string;
  readonly expected: boolean;
  readonly problem: string;
}

/** How a run of the suite compares with what is expected of it. Scenarios that are not required do not count. */
export interface Verdict {
  readonly scored: Count;
  /** Scenarios that are required beyond the scored ones. */
  readonly unscored: Count;
  readonly failed: readonly FailedScenario[];
  /** Failed without being expected to. */
  readonly unexpected: readonly string[];
  /** Expected to fail, and passed or are not required. */
  readonly stale: readonly string[];
  /** Failed by time-out: expected or not, a client must get an answer at once. */
  readonly timedOut: readonly string[];
}

interface Count {
  readonly passed: number;
  readonly total: number;
}

export interface Evidence {
  readonly scored: readonly string[];
  /** Required, though the suite does not score them. */
  readonly unscored: readonly string[];
  readonly expectedFailures: readonly string[];
  readonly results: readonly ScenarioResult[];
}

/** Weighs the suite's results. A required scenario has failed when it was skipped, or has no result. */
export function toVerdict({ scored, unscored, expectedFailures, results }: Evidence): Verdict {
  const byName = new Map(results.map((result) => [result.scenario, result]));
  const failed: FailedScenario[] = [];
  const timedOut: string[] = [];
  for (const scenario of [...scored, ...unscored]) {
    const result = byName.get(scenario);
    if (result?.outcome === "passed") continue;
    const expected = expectedFailures.includes(scenario);
    failed.push({ scenario, expected, problem: result?.problem ?? "The suite did not run it." });
    if (result?.outcome === "timed out") timedOut.push(scenario);
  }
  const count = (required: readonly string[]): Count => ({
    passed: required.filter((name) => !failed.some(({ scenario }) => scenario === name)).length,
    total: required.length,
  });
  return {
    scored: count(scored),
    unscored: count(unscored),
    failed,
    unexpected: failed.filter(({ expected }) => !expected).map(({ scenario }) => scenario),
    stale: expectedFailures.filter((name) => !failed.some(({ scenario }) => scenario === name)),
    timedOut,
  };
}

/** Whether everything went as `expected-failures.yaml` says. */
export function isAsExpected({ unexpected, stale, timedOut }: Verdict): boolean {
  return unexpected.length + stale.length + timedOut.length === 0;
}

/** The verdict in one line: `28/30 and 2/2 unscored; failed as expected: …; FAILED: … (problem)`. */
export function describeVerdict({ scored, unscored, failed, stale, timedOut }: Verdict): string {
  const label = (scenario: string): string => (timedOut.includes(scenario) ? `${scenario} (timed out)` : scenario);
  const expected = failed.filter((failure) => failure.expected).map(({ scenario }) => label(scenario));
  const unexpected = failed
    .filter((failure) => !failure.expected)
    .map(({ scenario, problem }) => `${label(scenario)}: ${problem.replaceAll(/\s+/g, " ").slice(0, 200)}`);
  const beyond = unscored.total > 0 ? ` and ${unscored.passed}/${unscored.total} unscored` : "";
  return [
    `${scored.passed}/${scored.total}${beyond}`,
    expected.length > 0 && `failed as expected: ${expected.join(", ")}`,
    unexpected.length > 0 && `FAILED: ${unexpected.join("; ")}`,
    stale.length > 0 && `STALE, remove from expected-failures.yaml: ${stale.join(", ")}`,
  ]
    .filter(Boolean)
    .join("; ");
}
