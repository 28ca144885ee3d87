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
/**
 * Fresh processes that are ready before a scenario: the suite gives each request 5 seconds and polls often, so that on a busy
 * machine it would measure how long Node.js takes to start.
 */
const AHEAD = 30;

/** A scenario makes some thirty requests, each of which waits for a process. */
const FRESH = { timeoutMs: 180_000 };

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
  const problems: string[] = [];
  for (const scenario of SCENARIOS) {
    const [result] = await served(ingress, mode, (url) => runTaskScenario(url, scenario, mode.amnesia ? FRESH : {}));
    if (result?.outcome !== "passed") problems.push(`${scenario}: ${result?.problem ?? "not run"}`);
  }
  const round = await served(ingress, mode, officialRound);
  for (const [part, expected] of Object.entries(EXPECTED_ROUND)) {
    const seen = round[part as keyof typeof round];
    if (!isDeepStrictEqual(seen, expected)) problems.push(`official client, ${part}: ${JSON.stringify(seen)}`);
  }
  const count = SCENARIOS.length + Object.keys(EXPECTED_ROUND).length;
  process.stdout.write(`${ingress}, ${mode.name}: ${count - problems.length} of ${count} passed\n`);
  for (const problem of problems) process.stdout.write(`  ${problem}\n`);
  return problems.length === 0;
}

/** Serves the fixture while `use` needs it. */
async function served<Result>(
  ingress: TestIngress,
  { amnesia, instances }: Mode,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const processes = amnesia ? AHEAD : instances;
  const { environment } = table;
  const emulator = await startIngress(ingress, { entry: ENTRY, instances: processes, amnesia, environment });
  try {
    return await use(`${emulator.url}/mcp`);
  } finally {
    await emulator.close();
  }
}
