import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalTable, startLocalTable } from "../emulators/local-table.ts";
import { MODES } from "./conformance/mode.ts";
import { REVISIONS } from "./conformance/revision.ts";
import { runConformance } from "./conformance/run-conformance.ts";
import { describeVerdict, isAsExpected } from "./conformance/verdict.ts";

let table: LocalTable;
beforeAll(async () => {
  table = await startLocalTable();
});
afterAll(() => table.close());

/** A client of 2026-07-28 holds nothing that a fresh process could have lost: `npm run conformance` takes that case. */
const CASES = MODES.flatMap((mode) => REVISIONS.map((revision) => [revision, mode.name, mode] as const)).filter(
  ([revision, , mode]) => revision === "2025-11-25" || mode === MODES[0],
);

/** The short form: the ingress that is the strictest, and not the slowest. `npm run conformance` takes all three. */
test.each(CASES)(
  "the official suite for %s passes through API Gateway and Lambda, %s",
  async (revision, _name, mode) => {
    const { environment } = table;
    const verdict = await runConformance({ ingress: "aws", revision, mode, environment });
    expect(isAsExpected(verdict), describeVerdict(verdict)).toBe(true);
  },
  300_000,
);
