import { fileURLToPath } from "node:url";
import { resultFromTaskOutcome } from "@modelcontextprotocol/ext-tasks/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Emulator } from "../../emulators/emulator.ts";
import { type LocalTable, startLocalTable } from "../../emulators/local-table.ts";
import { TEST_INGRESSES } from "../conformance/ingress.ts";
import { runSuite } from "../conformance/suite.ts";
import { startIngress } from "../support/ingresses.ts";
import { connectOfficialClient, type OfficialClient } from "./official-client.ts";
import { SCENARIOS } from "./scenarios.ts";

const ENTRY = fileURLToPath(new URL("../fixtures/tasks-server.ts", import.meta.url));

let table: LocalTable;
beforeAll(async () => {
  table = await startLocalTable();
});
afterAll(() => table.close());

describe.each(TEST_INGRESSES)("%s, three instances in turn", (cloud) => {
  let emulator: Emulator;
  let url: string;
  let official: OfficialClient;

  beforeAll(async () => {
    emulator = await startIngress(cloud, { entry: ENTRY, instances: 3, environment: table.environment });
    url = `${emulator.url}/mcp`;
    official = await connectOfficialClient(url);
  });
  afterAll(async () => {
    await official?.close();
    await emulator.close();
  });

  test.concurrent.for(SCENARIOS)("the official scenario %s passes", async (scenario, { expect }) => {
    const results = await runSuite({ url, revision: "2026-07-28", scenario });
    expect(results).toEqual([{ scenario, outcome: "passed" }]);
  });

  test("the official client runs an ordinary call, tasks that end in each way, and questions", async () => {
    const settle = async (tool: string, args: Record<string, string | number> = {}) => {
      const execution = await official.session.callTool(tool, args);
      const { outcome } = await execution.settle();
      return { kind: execution.kind, outcome };
    };
    const textOf = ({ outcome }: Awaited<ReturnType<typeof settle>>): unknown =>
      (resultFromTaskOutcome(outcome) as { content?: Array<{ text?: string }> }).content?.[0]?.text;

    const sync = await settle("greet", { name: "Ada" });
    expect([sync.kind, textOf(sync)]).toEqual(["immediate", "Hello, Ada!"]);
    const task = await settle("slow_compute", { seconds: 0.2, label: "work" });
    expect([task.kind, textOf(task)]).toEqual(["task", "work took 0.2 s."]);
    const failing = await settle("failing_job");
    expect(resultFromTaskOutcome(failing.outcome)).toMatchObject({ isError: true });
    const broken = await settle("protocol_error_job");
    expect(broken.outcome.status).toBe("failed");
    expect(textOf(await settle("confirm_delete", { filename: "a" }))).toBe('a: accept {"confirm":true}');
    expect(textOf(await settle("multi_input"))).toBe("accept,accept");
    expect(official.asked).toEqual(["Delete a?", "One?", "Two?"]);

    const execution = await official.session.callTool("slow_compute", { seconds: 60 });
    await execution.cancel();
    expect((await execution.settle()).outcome.status).toBe("cancelled");
  });
});
