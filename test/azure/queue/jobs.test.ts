import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStorageQueueJobs } from "../../../adapters/azure/jobs/storage-queue.ts";
import { buildTarget } from "../../../cli/build/build-target.ts";
import { startAzureEmulator } from "../../../emulators/azure/emulator.ts";
import type { Emulator } from "../../../emulators/emulator.ts";
import { type LocalTable, startLocalTable } from "../../../emulators/local-table.ts";
import { callerOf } from "../../support/messages.ts";
import { accepted, TasksClient } from "../../tasks/tasks-client.ts";

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

let folder: string;
let table: LocalTable;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "storage-queue-"));
  table = await startLocalTable();
  await buildTarget({ platform: "azure", entry: fileOf("test/fixtures/tasks-server.ts"), outDir: folder });
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

test("on Azure, a task is worked on by invocations of their own, and none runs while a person is awaited", async () => {
  const lines: string[] = [];
  const onOutput = (line: string): void => void lines.push(line);
  const options = { artefact: folder, port: 0, instances: 2, environment: table.environment, onOutput };
  const emulator = await startAzureEmulator(options);
  try {
    const client = clientOf(emulator);
    const works = (): number =>
      lines.filter((line) => /"message":"request".*"path":"\/".*"mcpName":"confirm_delete"/.test(line)).length;
    const { taskId } = await client.call("confirm_delete", { filename: "a" });
    await client.until(taskId, "input_required");
    await expect.poll(works).toBe(1);
    await sleep(500);
    expect(works()).toBe(1);
    await client.answer(taskId, { confirm: accepted });
    expect((await client.settled(taskId)).result?.content[0]?.text).toContain("a: accept");
    await expect.poll(works).toBe(2);
  } finally {
    await emulator.close();
  }
});

test("a job that fails five times is in the poison queue", async () => {
  const lines: string[] = [];
  // The store of the second deployment does not answer, once the task is begun.
  const own = await startLocalTable();
  const emulator = await startAzureEmulator({
    artefact: folder,
    port: 0,
    timeScale: 0.01,
    environment: own.environment,
    onOutput: (line) => void lines.push(line),
  });
  try {
    await clientOf(emulator).call("slow_compute", { seconds: 30 });
    await own.close();
    await expect.poll(() => lines.join("\n")).toContain("is in the queue mcp-tasks-poison");
  } finally {
    await emulator.close();
    await own.close();
  }
});

test("without its queue no task begins, and the client is told so in a sentence", async () => {
  const environment = { ...table.environment, AzureWebJobsStorage__queueServiceUri: "http://127.0.0.1:9" };
  const emulator = await startAzureEmulator({ artefact: folder, port: 0, environment });
  try {
    const call = clientOf(emulator).call("failing_job");
    await expect(call).rejects.toThrow("The task did not begin, because the work queue of this server did not take it");
  } finally {
    await emulator.close();
  }
});

test("a queue without the account's address fails the start, and no setting means no queue", () => {
  const open = (environment: NodeJS.ProcessEnv) => () =>
    createStorageQueueJobs({ storageQueue: "mcp-tasks" }, environment);
  expect(open({ IDENTITY_ENDPOINT: "http://127.0.0.1:9/" })).toThrow(/set AzureWebJobsStorage__accountName/);
  expect(open({ AzureWebJobsStorage__accountName: "account" })).toThrow(/IDENTITY_ENDPOINT is not set/);
  expect(createStorageQueueJobs({}, {}).workQueue).toBeUndefined();
});

test("a bundle without tasks holds nothing of the queue", async () => {
  const outDir = await mkdtemp(join(tmpdir(), "no-tasks-"));
  const { files } = await buildTarget({ platform: "azure", entry: fileOf("examples/greeter/server.ts"), outDir });
  expect(files.flatMap(({ inputs }) => inputs).join()).not.toMatch(/azure\/jobs/);
  expect(await readFile(join(outDir, "index.mjs"), "utf8")).not.toContain("MCP_ANYCLOUD_STORAGE_QUEUE");
  expect(await readFile(join(outDir, "host.json"), "utf8")).not.toContain("extensionBundle");
  await rm(outDir, { recursive: true });
});
