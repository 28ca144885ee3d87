import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalTable, startLocalTable } from "../emulators/local-table.ts";
import { inTurn } from "./conformance/mode.ts";
import { REVISIONS } from "./conformance/revision.ts";
import { runConformance } from "./conformance/run-conformance.ts";
import { runSuite } from "./conformance/suite.ts";
import { describeVerdict, isAsExpected } from "./conformance/verdict.ts";
import { startIngress } from "./support/ingresses.ts";

let table: LocalTable;
beforeAll(async () => {
  table = await startLocalTable();
});
afterAll(() => table.close());

/** The short form: the ingress that is the strictest, and not the slowest. `npm run conformance` takes all three. */
test.each(REVISIONS)(
  "the official suite for %s passes through API Gateway and Lambda, three instances in turn",
  {
    timeout: 300_000,
  },
  async (revision) => {
    const { environment } = table;
    const verdict = await runConformance({ ingress: "aws", revision, mode: inTurn(3), environment });
    expect(isAsExpected(verdict), describeVerdict(verdict)).toBe(true);
  },
);

/** Scenarios whose clients hold something that a fresh process could have lost. `npm run conformance` takes all of them. */
const OF_SESSIONS = [
  "tools-call-with-progress",
  "tools-call-sampling",
  "tools-call-elicitation",
  "server-sse-multiple-streams",
  "resources-subscribe",
];

test("the official scenarios of sessions pass, every request in a fresh process", { timeout: 300_000 }, async () => {
  const entry = fileURLToPath(new URL("./fixtures/conformance-server.ts", import.meta.url));
  const emulator = await startIngress("aws", { entry, amnesia: true, environment: table.environment });
  try {
    const run = { url: `${emulator.url}/mcp`, revision: "2025-11-25" } as const;
    for (const scenario of OF_SESSIONS) {
      expect(await runSuite({ ...run, scenario })).toEqual([{ scenario, outcome: "passed" }]);
    }
  } finally {
    await emulator.close();
  }
});
