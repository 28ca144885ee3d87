import { expect, test } from "vitest";
import { REVISIONS } from "./revision.ts";
import { readExpectedFailures, readScoredScenarios, UNSCORED_BUT_REQUIRED } from "./scored-scenarios.ts";
import type { ScenarioResult } from "./suite-results.ts";
import { describeVerdict, isAsExpected, toVerdict, type Verdict } from "./verdict.ts";

const passed = (scenario: string): ScenarioResult => ({ scenario, outcome: "passed" });
const failed = (scenario: string): ScenarioResult => ({ scenario, outcome: "failed", problem: "No\n  answer" });
const skipped = (scenario: string): ScenarioResult => ({ scenario, outcome: "skipped", problem: "Stateless" });
const timedOut = (scenario: string): ScenarioResult => ({ scenario, outcome: "timed out", problem: "Too late" });

/** Scored are `a`, `b` and `c`; `b` is expected to fail; `u` is required without being scored. */
const verdictOn = (...results: ScenarioResult[]): Verdict =>
  toVerdict({ scored: ["a", "b", "c"], unscored: ["u"], expectedFailures: ["b"], results: [passed("u"), ...results] });

test.each([
  [
    "the expected one fails",
    [passed("a"), failed("b"), passed("c")],
    true,
    "2/3 and 1/1 unscored; failed as expected: b",
  ],
  [
    "another one fails",
    [failed("a"), failed("b"), passed("c")],
    false,
    "1/3 and 1/1 unscored; failed as expected: b; FAILED: a: No answer",
  ],
  [
    "one was not run",
    [failed("b"), passed("c")],
    false,
    "1/3 and 1/1 unscored; failed as expected: b; FAILED: a: The suite did not run it.",
  ],
  [
    "the expected one passes",
    [passed("a"), passed("b"), passed("c")],
    false,
    "3/3 and 1/1 unscored; STALE, remove from expected-failures.yaml: b",
  ],
  [
    "the expected one times out",
    [passed("a"), timedOut("b"), passed("c")],
    false,
    "2/3 and 1/1 unscored; failed as expected: b (timed out)",
  ],
  [
    "one that is not required fails",
    [passed("a"), failed("b"), passed("c"), timedOut("d")],
    true,
    "2/3 and 1/1 unscored; failed as expected: b",
  ],
  [
    "one that is required beyond the scored ones fails",
    [passed("a"), failed("b"), passed("c"), failed("u")],
    false,
    "2/3 and 0/1 unscored; failed as expected: b; FAILED: u: No answer",
  ],
  [
    "one was skipped",
    [passed("a"), failed("b"), passed("c"), skipped("u")],
    false,
    "2/3 and 0/1 unscored; failed as expected: b; FAILED: u: Stateless",
  ],
])("when %s, the verdict says so", (_case, results, asExpected, line) => {
  const verdict = verdictOn(...results);
  expect(isAsExpected(verdict)).toBe(asExpected);
  expect(describeVerdict(verdict)).toBe(line);
});

test("an expected failure that is not required is stale", () => {
  const verdict = toVerdict({ scored: ["a"], unscored: [], expectedFailures: ["misspelt"], results: [passed("a")] });
  expect(verdict.stale).toEqual(["misspelt"]);
  expect(describeVerdict(verdict)).toMatch(/^1\/1; STALE/);
});

test.each(REVISIONS)("every scenario that is expected to fail in %s is required there", async (revision) => {
  const scored = await readScoredScenarios(revision);
  expect(scored).toHaveLength(revision === "2025-11-25" ? 30 : 37);
  const unscored = UNSCORED_BUT_REQUIRED[revision];
  expect(scored.filter((scenario) => unscored.includes(scenario))).toEqual([]);
  expect([...scored, ...unscored]).toEqual(expect.arrayContaining([...(await readExpectedFailures(revision))]));
});
