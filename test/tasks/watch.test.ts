import { setImmediate as nextTurn } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import { defineServer } from "../../src/index.ts";
import { createTasks, type WatchedStatus } from "../../src/tasks/create-tasks.ts";
import { messagesOf, modernCall } from "../support/messages.ts";
import { createManualQueue } from "./manual-queue.ts";
import { instancesOf, TasksClient } from "./tasks-client.ts";

type Status = WatchedStatus<{ content: Array<{ type: "text"; text: string }> }>;

/** Jobs that something else does. */
function set() {
  const jobs = new Map<string, Status>();
  const cancelled: string[] = [];
  const tasks = createTasks();
  const server = defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "watching", version: "1.0.0" });
      const callback = tasks.watch(
        {
          start({ name }: { name: string }, { taskId }) {
            jobs.set(name, { status: "working", message: `begun for ${taskId}` });
            return { name };
          },
          status: ({ name }) => jobs.get(name) ?? { status: "failed", message: "The job is gone." },
          cancel: ({ name }) => void cancelled.push(name),
        },
        { pollSeconds: 1 },
      );
      server.registerTool("job", { inputSchema: z.object({ name: z.string() }) }, callback);
      return server;
    },
  });
  const queue = createManualQueue();
  const instances = instancesOf(server, { count: 2, workQueue: queue });
  return { jobs, cancelled, queue, instances, client: new TasksClient(instances) };
}

const done: Status = { status: "completed", result: { content: [{ type: "text", text: "done" }] } };

test("a poll asks the job, and keeps what it came to; no job of ours is queued", async () => {
  const { jobs, client, queue } = set();
  const { taskId } = await client.call("job", { name: "a" });
  expect(await client.get(taskId)).toMatchObject({ status: "working", statusMessage: `begun for ${taskId}` });
  jobs.set("a", done);
  const completed = { status: "completed", result: { resultType: "complete", content: [{ text: "done" }] } };
  expect(await client.get(taskId)).toMatchObject(completed);
  jobs.delete("a");
  expect(await client.get(taskId)).toMatchObject(completed);
  expect(queue.jobs).toEqual([]);
});

test("a job that failed fails its task, and one that is cancelled is told", async () => {
  const { jobs, client, cancelled } = set();
  const failing = await client.call("job", { name: "b" });
  jobs.delete("b");
  expect(await client.get(failing.taskId)).toMatchObject({ status: "failed", error: { message: "The job is gone." } });
  const { taskId } = await client.call("job", { name: "c" });
  await client.cancel(taskId);
  expect(cancelled).toEqual(["c"]);
  expect((await client.get(taskId)).status).toBe("cancelled");
});

test("whatever a job says of itself, its polls are answered", async () => {
  const { jobs, client } = set();
  const { taskId } = await client.call("job", { name: "e" });
  for (const message of ["x".repeat(6_000_000), 1n]) {
    jobs.set("e", { status: "working", message } as never);
    const { status, statusMessage = "" } = await client.get(taskId);
    expect([status, statusMessage.length]).toEqual(["working", expect.any(Number)]);
    expect(statusMessage.length).toBeLessThanOrEqual(1_024);
  }
  jobs.set("e", { status: "failed", message: "x".repeat(9_000_000) });
  const { status, error } = await client.get(taskId);
  expect([status, error?.message]).toEqual(["failed", expect.stringContaining("too large")]);
});

test("a job whose name is too large for a record is cancelled, and no task begins", async () => {
  const { jobs, client, cancelled } = set();
  const name = "x".repeat(20_000);
  const refused = await client.call("job", { name });
  expect(refused).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("16384 bytes") }] });
  expect([jobs.has(name), cancelled]).toEqual([true, [name]]);
});

test("a client without the extension waits for the job within its call", async () => {
  const { jobs, instances } = set();
  const answer = instances[0]?.(...modernCall("tools/call", { name: "job", arguments: { name: "d" } }));
  await expect.poll(() => jobs.has("d")).toBe(true);
  jobs.set("d", done);
  const response = await answer;
  expect(response && (await messagesOf(response))[0]).toMatchObject({ result: { content: [{ text: "done" }] } });
});

test("a job that begins while its call ends is cancelled", async () => {
  const started = Promise.withResolvers<void>();
  const cancelled: string[] = [];
  const tasks = createTasks();
  const server = defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "slow", version: "1.0.0" });
      const callback = tasks.watch({
        async start({ name }: { name: string }) {
          await started.promise;
          return name;
        },
        status: () => done,
        cancel: (name) => void cancelled.push(name),
      });
      server.registerTool("job", { inputSchema: z.object({ name: z.string() }) }, callback);
      return server;
    },
  });
  const [instance] = instancesOf(server);
  const [message, options] = modernCall("tools/call", { name: "job", arguments: { name: "slow" } });
  const response = await instance?.(message, { ...options, invocation: { deadlineAt: Date.now() + 600 } });
  expect(response && (await messagesOf(response))[0]).toMatchObject({ result: { isError: true } });
  started.resolve();
  await expect.poll(() => cancelled).toEqual(["slow"]);
});

test("the platform waits for a job to be cancelled whose call took too long, but not for ever", async () => {
  const told = Promise.withResolvers<void>();
  const tasks = createTasks();
  const server = defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "long", version: "1.0.0" });
      const callback = tasks.watch({
        start: ({ name }: { name: string }) => name,
        status: (): Status => ({ status: "working" }),
        cancel: (name) => (name === "deaf" ? new Promise<never>(() => {}) : told.promise),
      });
      server.registerTool("job", { inputSchema: z.object({ name: z.string() }) }, callback);
      return server;
    },
  });
  const [instance] = instancesOf(server);
  /** Calls the tool, and gives back what the platform waits for. */
  async function worksOf(name: string): Promise<{ readonly all: Promise<unknown> }> {
    const [message, options] = modernCall("tools/call", { name: "job", arguments: { name } });
    const works: Promise<unknown>[] = [];
    const invocation = { deadlineAt: Date.now() + 700, waitUntil: (work: Promise<unknown>) => void works.push(work) };
    const response = await instance?.(message, { ...options, invocation });
    expect(response && (await messagesOf(response))[0]).toMatchObject({ result: { isError: true } });
    return { all: Promise.all(works).then(() => "waited") };
  }
  const { all } = await worksOf("long");
  expect(await Promise.race([all, nextTurn("not yet")])).toBe("not yet");
  told.resolve();
  expect(await all).toBe("waited");
  expect(await (await worksOf("deaf")).all).toBe("waited");
});
