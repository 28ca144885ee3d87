import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import { AnycloudError } from "../../src/errors.ts";
import { createMemoryStore, defineServer } from "../../src/index.ts";
import { createTasks, type WatchedJob } from "../../src/tasks/create-tasks.ts";
import { messagesOf, modernCall } from "../support/messages.ts";
import { serverOf, set } from "./durable-server.ts";
import { createManualQueue, drain } from "./manual-queue.ts";
import { instancesOf, TasksClient } from "./tasks-client.ts";

/** Results that are too large, sleeps that are too long, calls whose time is up. */

/** More than the largest value of a store, which a server may be allowed to send. */
const HUGE = 9_000_000;
const maxOutputBytes = 33_554_432;

type Reference = { readonly name: string };

/** A server whose tool, `job`, watches. */
function watching(job: Partial<WatchedJob<object, Reference, object>>) {
  const tasks = createTasks();
  return defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "watching", version: "1.0.0" });
      const start = () => ({ name: "begun" });
      const status = () => ({ status: "working" }) as const;
      const callback = tasks.watch({ start, status, ...job }, { pollSeconds: 1 });
      server.registerTool("job", { inputSchema: z.object({}) }, callback as never);
      return server;
    },
  });
}

test("a result that no store takes becomes a tool error, after one attempt", async () => {
  let entered = 0;
  const server = serverOf(async () => `${++entered}`.repeat(HUGE));
  const queue = createManualQueue();
  const instances = instancesOf(server, { workQueue: queue, maxOutputBytes });
  const client = new TasksClient(instances);
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  const { status, result } = await client.get(taskId);
  expect(status).toBe("completed");
  expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("too large") }] });
  expect(entered).toBe(1);
});

test("a watched job whose result no store takes ends its task, with the reason", async () => {
  const server = watching({
    status: () => ({ status: "completed", result: { structuredContent: "x".repeat(HUGE) } }),
  });
  const client = new TasksClient(instancesOf(server, { maxOutputBytes }));
  const { taskId } = await client.call("job");
  const { status, error } = await client.get(taskId);
  expect(status).toBe("failed");
  expect(error?.message).toContain("too large");
});

test("a job whose task cannot be kept is cancelled", async () => {
  const cancelled: string[] = [];
  const store = createMemoryStore();
  const put: typeof store.put = async (item, when) => {
    if (item.sort === "record") throw new AnycloudError("STORE_UNAVAILABLE", "It is away.");
    return store.put(item, when);
  };
  const server = watching({ cancel: ({ name }) => void cancelled.push(name) });
  const client = new TasksClient(instancesOf(server, { store: { ...store, put } }));
  const response = await client.send("tools/call", { name: "job", arguments: {} });
  expect(response.status).toBe(503);
  expect(cancelled).toEqual(["begun"]);
});

test("an inline call whose time is up tells its handler, and cancels the job that it watches", async () => {
  const cancelled: string[] = [];
  const server = watching({ cancel: ({ name }) => void cancelled.push(name) });
  const [instance] = instancesOf(server);
  const [message, options] = modernCall("tools/call", { name: "job", arguments: {} });
  const invocation = { requestId: "late", canStream: false, deadlineAt: Date.now() + 700 };
  const response = await instance?.(message, { ...options, invocation });
  expect(response && (await messagesOf(response))[0]).toMatchObject({
    result: { isError: true, content: [{ text: expect.stringContaining("The time of this call is up") }] },
  });
  expect(cancelled).toEqual(["begun"]);
});

test("a sleep that would end after its task has expired fails at once, with a sentence", async () => {
  const { queue, instances, client } = set(
    serverOf(
      async (task) => {
        await task.sleep("night", 61);
        return "awake";
      },
      { ttlSeconds: 60 },
    ),
  );
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  expect((await client.get(taskId)).result).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/"night".*raise ttlSeconds/) }],
  });
});
