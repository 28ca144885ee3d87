import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import type { AuditRecord, ServerDefinition } from "../../src/index.ts";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../src/index.ts";
import { createTasks, type TasksOptions } from "../../src/tasks/create-tasks.ts";
import { anyUser } from "../protocol-2026/instances.ts";
import { textOf } from "../support/messages.ts";
import { breakableStore } from "../support/stores.ts";
import { createManualQueue, deliver } from "./manual-queue.ts";
import { instancesOf, TasksClient, taskRequest } from "./tasks-client.ts";

const inputSchema = z.object({ city: z.string().optional() });

/** A server whose tool tells who its caller is. */
function serverOf(more: Partial<ServerDefinition> = {}, options?: TasksOptions): ServerDefinition {
  const tasks = createTasks(options);
  return defineServer({
    tasks,
    verifier: anyUser,
    audit: () => {},
    createServer({ caller, authInfo }) {
      const server = new McpServer({ name: "governed", version: "1.0.0" });
      const callback = tasks.run(async (_args: { city?: string | undefined }) => ({
        content: [
          { type: "text" as const, text: JSON.stringify([caller.subject, authInfo?.token, authInfo?.clientId]) },
        ],
      }));
      server.registerTool("whoami", { inputSchema }, callback);
      return server;
    },
    ...more,
  });
}

const as = (user: string): { headers: { authorization: string } } => ({ headers: { authorization: `Bearer ${user}` } });

test("a worker serves the caller who began the task, without its token", async () => {
  const client = new TasksClient(instancesOf(serverOf()), as("ada"));
  const { taskId } = await client.call("whoami");
  expect((await client.settled(taskId)).result?.content[0]?.text).toBe('["ada","","test"]');
});

test("a task of somebody else is unknown, and stays as it is", async () => {
  const instances = instancesOf(serverOf(), { workQueue: createManualQueue() });
  const ada = new TasksClient(instances, as("ada"));
  const eve = new TasksClient(instances, as("eve"));
  const { taskId } = await ada.call("whoami");
  const unknown = { code: -32602, message: expect.stringContaining("unknown") };
  await expect(eve.get(taskId)).rejects.toMatchObject(unknown);
  await expect(eve.cancel(taskId)).rejects.toMatchObject(unknown);
  await expect(eve.answer(taskId, {})).rejects.toMatchObject(unknown);
  expect((await ada.get(taskId)).status).toBe("working");
});

test("a policy that changes holds for tasks that were begun: for polls and for workers", async () => {
  const denied = new Set<string>();
  const policy = {
    decide: ({ attributes }: { attributes: Readonly<Record<string, unknown>> }) => ({
      allowed: !denied.has(String(attributes.city)),
      policies: [],
    }),
  };
  const records: AuditRecord[] = [];
  const audit = (record: AuditRecord): void => void records.push(record);
  const tools = { whoami: { policyAttributes: ["city"] } };
  const queue = createManualQueue();
  const instances = instancesOf(serverOf({ policy, audit, tools }), { workQueue: queue });
  const client = new TasksClient(instances, as("ada"));
  const { taskId } = await client.call("whoami", { city: "Oslo" });
  denied.add("Oslo");
  await expect(client.get(taskId)).rejects.toMatchObject({ code: -32602 });
  const [instance] = instances;
  if (instance) await deliver(instance, taskId);
  expect(records.at(-1)).toMatchObject({ event: "access_denied", tool: "whoami", subject: "ada" });
  denied.clear();
  expect(await client.get(taskId)).toMatchObject({ status: "failed", error: { message: "Tool whoami not found" } });
});

test("a job whose task is denied comes again where that could not be kept", async () => {
  const clock = { now: Date.now() };
  const now = (): number => clock.now;
  const store = breakableStore(createMemoryStore(now));
  let denials = 0;
  let isDenied = false;
  const policy = {
    decide() {
      // The store fails behind the first denial.
      if (isDenied) store.broken = denials++ === 0;
      return { allowed: !isDenied, policies: [] };
    },
  };
  const instances = instancesOf(serverOf({ policy }), { workQueue: createManualQueue(), store, now });
  const [instance = expect.fail()] = instances;
  const client = new TasksClient(instances, as("ada"));
  const { taskId } = await client.call("whoami");
  isDenied = true;
  expect((await deliver(instance, taskId)).status).toBe(503);
  store.broken = false;
  clock.now += 31_000;
  expect((await deliver(instance, taskId)).status).toBe(204);
  isDenied = false;
  expect(await client.get(taskId)).toMatchObject({ status: "failed", error: { message: "Tool whoami not found" } });
});

test("a poll needs the scopes of the tool, and is told of them", async () => {
  const scopes = new Map([["ada", ["reports"]]]);
  const verifier = {
    verifyAccessToken: async (token: string) => ({
      ...(await anyUser.verifyAccessToken(token)),
      scopes: scopes.get(token) ?? [],
    }),
  };
  const instances = instancesOf(serverOf({ verifier, tools: { whoami: { scopes: ["reports"] } } }));
  const client = new TasksClient(instances, as("ada"));
  const { taskId } = await client.call("whoami");
  scopes.clear();
  const refused = await client.send("tasks/get", { taskId });
  expect(refused.status).toBe(403);
  expect(refused.headers["www-authenticate"]).toContain('scope="reports"');
});

test("the audit log tells of the call, and of its outcome", async () => {
  const records: AuditRecord[] = [];
  const audit = (record: AuditRecord): void => void records.push(record);
  const client = new TasksClient(instancesOf(serverOf({ audit })), as("ada"));
  await client.settled((await client.call("whoami")).taskId);
  await expect.poll(() => records).toHaveLength(2);
  expect(records).toMatchObject([
    { event: "tool_call", tool: "whoami", subject: "ada", outcome: "ok" },
    { event: "tool_call", tool: "whoami", subject: "ada", outcome: "ok" },
  ]);
});

test("the tasks of a caller and all tasks together are limited, and an ended task makes room", async () => {
  const options = { perCaller: 2, total: 3 };
  const instances = instancesOf(serverOf({}, options), { workQueue: createManualQueue() });
  const [ada, eve, kim] = ["ada", "eve", "kim"].map((user) => new TasksClient(instances, as(user))) as [
    TasksClient,
    TasksClient,
    TasksClient,
  ];
  const { taskId } = await ada.call("whoami");
  await ada.call("whoami");
  await expect(ada.call("whoami")).rejects.toMatchObject({ message: expect.stringContaining("2 are the most") });
  await eve.call("whoami");
  await expect(kim.call("whoami")).rejects.toMatchObject({ message: expect.stringContaining("Too many tasks") });
  await ada.cancel(taskId);
  await kim.call("whoami");
});

test("a store that is away is no answer of the tool: 503, and no task", async () => {
  const store = breakableStore(createMemoryStore());
  const queue = createManualQueue();
  const [instance] = instancesOf(serverOf(), { store, workQueue: queue });
  store.broken = true;
  const response = await instance?.(...taskRequest("tools/call", { name: "whoami", arguments: {} }, as("ada")));
  expect(response?.status).toBe(503);
  expect(response && JSON.parse(await textOf(response)).error.code).toBe(-32603);
  expect(queue.jobs).toEqual([]);
});

test("a queue that does not take the job costs no task: a later poll finds it", async () => {
  const clock = { now: Date.now() };
  let isDown = true;
  const queue = createManualQueue();
  const workQueue = {
    submit: async (job: { taskId: string }) => {
      if (isDown) throw new Error("The queue is down.");
      await queue.submit(job);
    },
  };
  const [instance] = instancesOf(serverOf(), { workQueue, now: () => clock.now });
  if (!instance) throw new Error("There is no instance.");
  const client = new TasksClient([instance], as("ada"));
  const { taskId } = await client.call("whoami");
  isDown = false;
  clock.now += 60_000;
  await client.get(taskId);
  expect(queue.jobs).toEqual([{ taskId }]);
  await deliver(instance, taskId);
  expect((await client.get(taskId)).status).toBe("completed");
});

test.each([
  ["ttlSeconds", { ttlSeconds: 59 }],
  ["ttlSeconds", { ttlSeconds: 2_592_001 }],
  ["pollSeconds", { pollSeconds: 0 }],
  ["attempts", { attempts: 21 }],
  ["perCaller", { perCaller: 1.5 }],
  ["total", { total: 0 }],
])("%s out of range fails the start in one sentence", (name, options) => {
  expect(() => createTasks(options)).toThrow(
    new RegExp(`^${name} of tasks must be a whole number from \\d+ to \\d+, not [\\d.]+\\.$`),
  );
});

test("tasks without a store fail the start, and a task tool of a server without tasks says what is missing", async () => {
  expect(() => createMcpEndpoint(serverOf(), { logLevel: "silent" })).toThrow(/MCP_ANYCLOUD_TABLE/);
  const { tasks: _tasks, ...without } = serverOf();
  const client = new TasksClient(instancesOf(without), as("ada"));
  const result = await client.call("whoami");
  expect(result).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining("defineServer({ createServer, tasks })") }],
  });
});
