import { expect, test } from "vitest";
import { REVISIONS } from "./revision.ts";
import { readExpectedFailures, readScoredScenarios } from "./scored-scenarios.ts";
import type { ScenarioResult } from "./suite-results.ts";
import { describeVerdict, isAsExpected, judge, type Verdict } from "./verdict.ts";

const passed = (scenario: string): ScenarioResult => ({ scenario, outcome: "passed" });
const failed = (scenario: string): ScenarioResult => ({ scenario, outcome: "failed", problem: "No\n  answer" });
const timedOut = (scenario: string): ScenarioResult => ({ scenario, outcome: "timed out", problem: "Too late" });

/** Scored are `a`, `b` and `c`; `b` is expected to fail. */
const verdictOn = (...results: ScenarioResult[]): Verdict =>
  judge({ scored: ["a", "b", "c"], expectedFailures: ["b"], results });

test.each([
  ["the expected one fails", [passed("a"), failed("b"), passed("c")], true, "2/3; failed as expected: b"],
  [
    "another one fails",
    [failed("a"), failed("b"), passed("c")],
    false,
    "1/3; failed as expected: b; FAILED: a: No answer",
  ],
  [
    "one was not run",
    [failed("b"), passed("c")],
    false,
    "1/3; failed as expected: b; FAILED: a: The suite did not run it.",
  ],
  [
    "the expected one passes",
    [passed("a"), passed("b"), passed("c")],
    false,
    "3/3; STALE, remove from expected-failures.yaml: b",
  ],
  [
    "the expected one times out",
    [passed("a"), timedOut("b"), passed("c")],
    false,
    "2/3; failed as expected: b (timed out)",
  ],
  [
    "one that is not scored fails",
    [passed("a"), failed("b"), passed("c"), timedOut("d")],
    true,
    "2/3; failed as expected: b",
  ],
])("when %s, the verdict says so", (_case, results, asExpected, line) => {
  const verdict = verdictOn(...results);
  expect(isAsExpected(verdict)).toBe(asExpected);
  expect(describeVerdict(verdict)).toBe(line);
});

test("an expected failure that is not scored is stale", () => {
  expect(judge({ scored: ["a"], expectedFailures: ["misspelt"], results: [passed("a")] }).stale).toEqual(["misspelt"]);
});

test.each(REVISIONS)("what is expected to fail in %s is scored there", async (revision) => {
  const scored = await readScoredScenarios(revision);
  expect(scored).toHaveLength(revision === "2025-11-25" ? 30 : 37);
  expect(scored).toEqual(expect.arrayContaining([...(await readExpectedFailures(revision))]));
});
