import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Emulator } from "../../emulators/emulator.ts";
import { type LocalTable, startLocalTable } from "../../emulators/local-table.ts";
import { TEST_INGRESSES } from "../conformance/ingress.ts";
import { startIngress } from "../support/ingresses.ts";
import { EXPECTED_ROUND, officialRound } from "./official-round.ts";
import { runTaskScenario, SCENARIOS } from "./scenarios.ts";

const ENTRY = fileURLToPath(new URL("../fixtures/tasks-server.ts", import.meta.url));

let table: LocalTable;
beforeAll(async () => {
  table = await startLocalTable();
});
afterAll(() => table.close());

describe.each(TEST_INGRESSES)("%s, three instances in turn", (cloud) => {
  let emulator: Emulator;
  let url: string;

  beforeAll(async () => {
    emulator = await startIngress(cloud, { entry: ENTRY, instances: 3, environment: table.environment });
    url = `${emulator.url}/mcp`;
  });
  afterAll(() => emulator.close());

  // `npm run conformance:tasks` takes them through all three.
  test.concurrent.for(cloud === "aws" ? SCENARIOS : [])(
    "the official scenario %s passes",
    async (scenario, { expect }) => {
      expect(await runTaskScenario(url, scenario)).toEqual([{ scenario, outcome: "passed" }]);
    },
  );

  test("the official client runs an ordinary call, tasks that end in each way, questions, and a subscription", async () => {
    expect(await officialRound(url)).toEqual(EXPECTED_ROUND);
  });
});
