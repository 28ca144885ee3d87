/**
 * `npm run conformance:tasks`: the official scenarios of the Tasks extension, and a round of its official client, through each
 * cloud's emulated ingress, with three instances in turn and with a fresh process for every request. It takes --ingress,
 * --instances and --amnesia as `npm run conformance` does.
 */

import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { startLocalTable } from "../../emulators/local-table.ts";
import type { TestIngress } from "../conformance/ingress.ts";
import type { Mode } from "../conformance/mode.ts";
import { readOptions } from "../conformance/options.ts";
import { startIngress } from "../support/ingresses.ts";
import { EXPECTED_ROUND, officialRound } from "./official-round.ts";
import { runTaskScenario, SCENARIOS } from "./scenarios.ts";

const ENTRY = fileURLToPath(new URL("../fixtures/tasks-server.ts", import.meta.url));
/** Processes that are ready for the requests to come: the suite waits five seconds for a status, and polls often. */
const AHEAD = 6;

/** A scenario makes some thirty requests, each of which waits for a process. */
const FRESH_TIMEOUT = { timeoutMs: 180_000 };

const options = readOptions(process.argv.slice(2));
const table = await startLocalTable();
try {
  for (const ingress of options?.ingresses ?? []) {
    for (const mode of options?.modes ?? []) if (!(await passes(ingress, mode))) process.exitCode = 1;
  }
} finally {
  await table.close();
}

/** Runs everything through one ingress, one after the other, prints a line, and settles with whether all went as expected. */
async function passes(ingress: TestIngress, mode: Mode): Promise<boolean> {
  const { amnesia } = mode;
  const instances = amnesia ? AHEAD : mode.instances;
  const emulator = await startIngress(ingress, { entry: ENTRY, instances, amnesia, environment: table.environment });
  const problems: string[] = [];
  try {
    const url = `${emulator.url}/mcp`;
    for (const scenario of SCENARIOS) {
      const [result] = await runTaskScenario(url, scenario, amnesia ? FRESH_TIMEOUT : {});
      if (result?.outcome !== "passed") problems.push(`${scenario}: ${result?.problem ?? "not run"}`);
    }
    const round = await officialRound(url);
    for (const [part, expected] of Object.entries(EXPECTED_ROUND)) {
      const seen = round[part as keyof typeof round];
      if (!isDeepStrictEqual(seen, expected)) problems.push(`official client, ${part}: ${JSON.stringify(seen)}`);
    }
  } finally {
    await emulator.close();
  }
  const count = SCENARIOS.length + Object.keys(EXPECTED_ROUND).length;
  process.stdout.write(`${ingress}, ${mode.name}: ${count - problems.length} of ${count} passed\n`);
  for (const problem of problems) process.stdout.write(`  ${problem}\n`);
  return problems.length === 0;
}
