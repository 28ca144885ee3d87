import { expect, test } from "vitest";
import { REVISIONS } from "./revision.ts";
import { READY_BEFORE_THE_SUITE } from "./run-conformance.ts";
import { readScoredScenarios } from "./scored-scenarios.ts";

test("the processes that are ready before the suite are for its first scenario", async () => {
  for (const revision of REVISIONS) {
    const [first] = await readScoredScenarios(revision);
    expect(first === "server-stateless", revision).toBe(READY_BEFORE_THE_SUITE[revision] > 1);
  }
});
