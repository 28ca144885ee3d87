import { expect, test } from "vitest";
import { REVISIONS } from "./conformance/revision.ts";
import { runConformance } from "./conformance/run-conformance.ts";
import { isAsExpected } from "./conformance/verdict.ts";

/** The short form: one front door. `npm run conformance` takes all three. */
test.each(REVISIONS)(
  "the official suite for %s passes through API Gateway and Lambda, three instances in turn",
  async (revision) => {
    const verdict = await runConformance({ front: "aws", revision, instances: 3 });
    expect(isAsExpected(verdict), JSON.stringify(verdict)).toBe(true);
  },
  300_000,
);
