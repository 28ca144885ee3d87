import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildTarget } from "../../../cli/build/build-target.ts";
import type { Emulator } from "../../../emulators/emulator.ts";
import { startGcpEmulator } from "../../../emulators/gcp/emulator.ts";
import { type LocalTable, startLocalTable } from "../../../emulators/local-table.ts";
import { callerOf } from "../../support/messages.ts";
import { accepted, TasksClient } from "../../tasks/tasks-client.ts";

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

let folder: string;
let table: LocalTable;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloud-tasks-"));
  table = await startLocalTable();
  await buildTarget({ platform: "gcp", entry: fileOf("test/fixtures/tasks-server.ts"), outDir: folder });
});
afterAll(async () => {
  await table?.close();
  await rm(folder, { recursive: true });
});

const clientOf = ({ url }: Emulator): TasksClient =>
  new TasksClient([
    callerOf(async ({ headers, body }) => {
      const { host: _host, ...kept } = headers;
      const response = await fetch(`${url}/mcp`, { method: "POST", headers: kept, body: body as string });
      return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
    }),
  ]);

test("on Cloud Run, a task is worked on by requests of their own, and none runs while a person is awaited", async () => {
  const lines: string[] = [];
  const onOutput = (line: string): void => void lines.push(line);
  const options = { artefact: folder, port: 0, instances: 2, environment: table.environment, onOutput };
  const emulator = await startGcpEmulator(options);
  try {
    const client = clientOf(emulator);
    const works = (): number =>
      lines.filter(
        (line) => line.includes('"message":"request"') && /"path":"\/".*"mcpName":"confirm_delete"/.test(line),
      ).length;
    const { taskId } = await client.call("confirm_delete", { filename: "a" });
    await client.until(taskId, "input_required");
    await expect.poll(works).toBe(1);
    await sleep(500);
    expect(works()).toBe(1);
    await client.answer(taskId, { confirm: accepted });
    expect((await client.settled(taskId)).result?.content[0]?.text).toContain("a: accept");
    await expect.poll(works).toBe(2);
    const forged = await fetch(`${emulator.url}/mcp-anycloud/job`, { method: "POST", body: "{}" });
    expect(forged.status).toBe(401);
  } finally {
    await emulator.close();
  }
});

test("without its queue no task begins, and the client is told so in a sentence", async () => {
  const nowhere = { CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS: "http://127.0.0.1:9/" };
  const environment = { ...table.environment, ...nowhere };
  const lines: string[] = [];
  const onOutput = (line: string): void => void lines.push(line);
  const emulator = await startGcpEmulator({ artefact: folder, port: 0, environment, onOutput });
  try {
    const call = clientOf(emulator).call("failing_job");
    await expect(call).rejects.toThrow("The task did not begin, because the work queue of this server did not take it");
    await expect
      .poll(() => lines.some((line) => line.includes("could not be reached to go on with a task")))
      .toBe(true);
  } finally {
    await emulator.close();
  }
});

test("a bundle without tasks holds nothing of the queue", async () => {
  const outDir = await mkdtemp(join(tmpdir(), "no-tasks-"));
  const inputs = async (entry: string, cloud: "gcp" | "aws"): Promise<string> => {
    const { files } = await buildTarget({ platform: cloud, entry: fileOf(entry), outDir });
    return files.flatMap(({ inputs }) => inputs).join();
  };
  expect(await inputs("test/fixtures/tasks-server.ts", "gcp")).toContain("adapters/gcp/jobs/cloud-tasks.ts");
  expect(await inputs("test/fixtures/tasks-server.ts", "aws")).not.toContain("adapters/gcp/");
  expect(await inputs("examples/greeter/server.ts", "gcp")).not.toMatch(/gcp\/jobs/);
  expect(await readFile(join(outDir, "index.mjs"), "utf8")).not.toContain("CLOUD_TASKS");
  await rm(outDir, { recursive: true });
});
