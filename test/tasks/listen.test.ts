import { expect, onTestFinished, test, vi } from "vitest";
import { sseFrame } from "../../src/http/sse.ts";
import type { McpRequest } from "../../src/server/mcp-request.ts";
import { listenToTasks } from "../../src/tasks/wire/task-listen.ts";
import type { MethodOptions } from "../../src/tasks/wire/task-methods.ts";
import tasksServer from "../fixtures/tasks-server.ts";
import { type Caller, modernCall, textOf } from "../support/messages.ts";
import { createManualQueue } from "./manual-queue.ts";
import { accepted, instancesOf, TasksClient, taskRequest } from "./tasks-client.ts";

interface Notification {
  readonly method?: string;
  readonly params?: { readonly taskId?: string; readonly status?: string; readonly notifications?: unknown };
}

/** Reads the messages of a subscription, one after the other. */
async function subscribe(instance: Caller, notifications: object): Promise<() => Promise<Notification>> {
  const { body } = await instance(...taskRequest("subscriptions/listen", { notifications }));
  if (typeof body !== "object") throw new Error(`The subscription was not opened: ${body}`);
  const chunks = body[Symbol.asyncIterator]();
  onTestFinished(async () => void (await chunks.return?.()));
  const messages: Notification[] = [];
  return async () => {
    for (;;) {
      const message = messages.shift();
      if (message) return message;
      const { value = "" } = await chunks.next();
      messages.push(...[...value.matchAll(/^data: (.+)$/gm)].map(([, json]) => JSON.parse(json ?? "")));
    }
  };
}

test("a subscription on one instance hears of a task that others work on, from its question to its result", async () => {
  const [one, two, three] = instancesOf(tasksServer, { count: 3 }) as [Caller, Caller, Caller];
  const client = new TasksClient([two, three]);
  const { taskId } = await client.call("confirm_delete", {});
  const next = await subscribe(one, { taskIds: [taskId, "A".repeat(24)] });
  expect(await next()).toMatchObject({
    method: "notifications/subscriptions/acknowledged",
    params: { notifications: { taskIds: [taskId] } },
  });
  let heard = await next();
  while (heard.params?.status === "working") heard = await next();
  expect(heard).toMatchObject({
    method: "notifications/tasks",
    params: { taskId, status: "input_required", inputRequests: { confirm: {} } },
  });
  expect(heard.params).toHaveProperty(["_meta", "io.modelcontextprotocol/subscriptionId"]);
  await client.answer(taskId, { confirm: accepted });
  while (heard.params?.status !== "completed") heard = await next();
  expect(heard.params).toMatchObject({ taskId, result: { resultType: "complete" } });
});

test("a task whose job was lost is taken up again where its client listens and does not poll", async () => {
  const clock = { now: Date.now() };
  const queue = createManualQueue();
  const instances = instancesOf(tasksServer, { count: 2, workQueue: queue, now: () => clock.now });
  const { taskId } = await new TasksClient(instances).call("confirm_delete");
  queue.jobs.length = 0;
  const next = await subscribe(instances[0] as Caller, { taskIds: [taskId] });
  await next();
  clock.now += 60_000;
  await expect.poll(() => queue.jobs).toEqual([{ taskId }]);
});

test("a subscription to tasks needs the extension", async () => {
  const [instance] = instancesOf(tasksServer);
  const response = await instance?.(...modernCall("subscriptions/listen", { notifications: { taskIds: ["a"] } }));
  expect(response?.status).toBe(400);
  expect(response && JSON.parse(await textOf(response)).error.code).toBe(-32021);
});

test("a subscription whose source fails ends with an error that has its id", async () => {
  const failed = vi.fn();
  const body = (async function* () {
    yield sseFrame('{"jsonrpc":"2.0","method":"notifications/message"}');
    throw new Error("the source is gone");
  })();
  const inner = { serve: async () => ({ status: 200, headers: {}, body }) };
  const [message] = taskRequest("subscriptions/listen", { notifications: { taskIds: [] } });
  const mcpRequest = { message, reportFailure: failed } as unknown as McpRequest;
  const options = { engine: { tasks: {} } } as unknown as MethodOptions;
  const text = await textOf(await listenToTasks(mcpRequest, [], inner, options));
  expect(text).toContain("notifications/message");
  expect(JSON.parse(text.split("data: ").at(-1) ?? "")).toMatchObject({
    id: (message as { id: number }).id,
    error: { code: -32603 },
  });
  expect(failed).toHaveBeenCalledWith(new Error("the source is gone"));
});
