import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTakeJob } from "../../adapters/aws/jobs/job-event.ts";
import { createLambdaJobs } from "../../adapters/aws/jobs/lambda-queue.ts";
import type { LambdaContext } from "../../adapters/aws/lambda-runtime.ts";
import type { Emulator } from "../../emulators/emulator.ts";
import { type LocalTable, startLocalTable } from "../../emulators/local-table.ts";
import type { HttpResponse } from "../../src/adapter.ts";
import { startIngress } from "../support/ingresses.ts";
import { callerOf } from "../support/messages.ts";
import { accepted, TasksClient } from "../tasks/tasks-client.ts";

const ENTRY = fileURLToPath(new URL("../fixtures/tasks-server.ts", import.meta.url));
const FUNCTION = { AWS_LAMBDA_FUNCTION_NAME: "reports", AWS_LAMBDA_FUNCTION_VERSION: "7" };

const contextOf = (remainingMs: number): LambdaContext => {
  const endsAt = Date.now() + remainingMs;
  return { awsRequestId: "request", getRemainingTimeInMillis: () => endsAt - Date.now() };
};

test("only events with a task are jobs, and outside Lambda there are none", async () => {
  const { takeJob } = createLambdaJobs(FUNCTION);
  const serve = async (): Promise<HttpResponse> => ({ status: 204, headers: {} });
  for (const event of [
    undefined,
    {},
    { requestContext: {}, body: '{"mcpAnycloudTask":"a"}' },
    { mcpAnycloudTask: 1 },
  ]) {
    expect(takeJob(event, contextOf(1_000), serve)).toBeUndefined();
  }
  await takeJob({ mcpAnycloudTask: "a" }, contextOf(1_000), serve);
  expect(() => createLambdaJobs({})).toThrow("AWS_LAMBDA_FUNCTION_NAME is not set");
});

test("a job that comes too early waits in its invocation; one that failed is left to Lambda", async () => {
  const { takeJob } = createLambdaJobs(FUNCTION);
  const asked: unknown[] = [];
  await takeJob({ mcpAnycloudTask: "a" }, contextOf(10_000), async (_request, { job }) => {
    asked.push(job);
    return asked.length < 3 ? { status: 425, headers: { "retry-after": "0.01" } } : { status: 204, headers: {} };
  });
  expect(asked).toEqual(["a", "a", "a"]);
  const failed = takeJob({ mcpAnycloudTask: "a" }, contextOf(10_000), async () => ({ status: 503, headers: {} }));
  await expect(failed).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
});

test("a job that is due in a month waits for the end of its invocation, and is handed on", async () => {
  const submitted: unknown[] = [];
  const takeJob = createTakeJob({ submit: async (job) => void submitted.push(job) });
  let asked = 0;
  await takeJob({ mcpAnycloudTask: "a" }, contextOf(1_500), async () => {
    asked++;
    return { status: 425, headers: { "retry-after": "2592000" } };
  });
  expect({ asked, submitted }).toEqual({ asked: 1, submitted: [{ taskId: "a" }] });
});

let table: LocalTable;
let emulator: Emulator;
const lines: string[] = [];

beforeAll(async () => {
  table = await startLocalTable();
  const onOutput = (line: string): void => void lines.push(line);
  emulator = await startIngress("aws", { entry: ENTRY, instances: 2, environment: table.environment, onOutput });
});
afterAll(async () => {
  await emulator?.close();
  await table?.close();
});

test("behind Lambda, a task is worked on by invocations of their own, and none runs while a person is awaited", async () => {
  const call = callerOf(async ({ headers, body }) => {
    const { host: _host, ...kept } = headers;
    const response = await fetch(`${emulator.url}/mcp`, { method: "POST", headers: kept, body: body as string });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  });
  const client = new TasksClient([call]);
  const records = (): Array<{ path: string; mcpName?: string }> =>
    lines
      .filter((line) => line.includes('"message":"request"'))
      .map((line) => JSON.parse(line.slice(line.indexOf("{"))));
  const works = (): number =>
    records().filter(({ path, mcpName }) => path === "/" && mcpName === "confirm_delete").length;
  const { taskId } = await client.call("confirm_delete", { filename: "a" });
  await client.until(taskId, "input_required");
  await expect.poll(works).toBe(1);
  await sleep(500);
  expect(works()).toBe(1);
  await client.answer(taskId, { confirm: accepted });
  expect((await client.settled(taskId)).result?.content[0]?.text).toContain("a: accept");
  await expect.poll(works).toBe(2);
});
