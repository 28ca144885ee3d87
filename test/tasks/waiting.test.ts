import { McpServer } from "@modelcontextprotocol/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod/v4";
import { createMemoryStore, defineServer, type ServerDefinition } from "../../src/index.ts";
import { createTasks } from "../../src/tasks/create-tasks.ts";
import { countedStore, type StoreCounts } from "../support/stores.ts";
import { accepted, instancesOf, TasksClient } from "./tasks-client.ts";

// Three containers, whose queue is the process itself, in virtual time: whatever a timer would do in the hour, it does.
beforeEach(
  () => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] }),
);
afterEach(() => void vi.useRealTimers());

const HOUR_MS = 3_600_000;

const question = {
  method: "elicitation/create",
  params: { mode: "form", message: "Go on?", requestedSchema: { type: "object", properties: {} } },
} as const;

/** A tool that asks, and one that works for two hours. Every entry of a handler is counted. */
function createServerOf(entered: () => void): ServerDefinition {
  const tasks = createTasks();
  const done = { content: [{ type: "text" as const, text: "done" }] };
  return defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "waiting", version: "1.0.0" });
      const inputSchema = z.object({});
      const asks = tasks.run(async (_args, task) => {
        entered();
        await task.ask("ask", question);
        return done;
      });
      const works = tasks.run(async () => {
        entered();
        await new Promise((resolve) => setTimeout(resolve, 2 * HOUR_MS));
        return done;
      });
      server.registerTool("ask", { inputSchema }, asks);
      server.registerTool("work", { inputSchema }, works);
      return server;
    },
  });
}

/** Begins a task, lets it come to where it stays, and counts what happens in an hour. */
async function hourOf(tool: string, status: string) {
  const store = countedStore(createMemoryStore());
  let entered = 0;
  const server = createServerOf(() => entered++);
  const client = new TasksClient(instancesOf(server, { count: 3, store }));
  const { taskId } = await client.call(tool);
  await expect.poll(() => entered).toBe(1);
  await expect.poll(async () => (await client.get(taskId)).status).toBe(status);
  const before = { ...store.counts };
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  const { reads, writes } = store.counts;
  const asked: StoreCounts = { reads: reads - before.reads, writes: writes - before.writes };
  return { asked, entered, client, taskId };
}

test("in an hour in which a person is awaited no handler runs, and nothing is read or written", async () => {
  const { asked, entered, client, taskId } = await hourOf("ask", "input_required");
  expect(asked).toEqual({ reads: 0, writes: 0 });
  expect(entered).toBe(1);
  await client.answer(taskId, { ask: accepted });
  await expect.poll(async () => (await client.get(taskId)).status).toBe("completed");
});

test("in an hour of work the lease is renewed: what happens meanwhile is counted", async () => {
  const { asked, client, taskId } = await hourOf("work", "working");
  expect(asked.writes).toBeGreaterThan(100);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  await expect.poll(async () => (await client.get(taskId)).status).toBe("completed");
});
