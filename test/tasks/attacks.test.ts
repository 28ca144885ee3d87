import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import { createMemoryStore, defineServer } from "../../src/index.ts";
import { createTasks, type Task } from "../../src/tasks/create-tasks.ts";
import type { Caller } from "../support/messages.ts";
import { question, serverOf, set } from "./durable-server.ts";
import { createManualQueue, deliver, drain } from "./manual-queue.ts";
import { accepted, instancesOf, TasksClient } from "./tasks-client.ts";

/** Messages of a queue that nobody sent, come late or twice; clocks that differ; versions that differ. */

test("a job for a task that is unknown, has ended, or waits for a person does nothing", async () => {
  let entered = 0;
  const { queue, instances, client, store } = set(
    serverOf(async (task) => {
      entered++;
      await task.ask("ask", question);
      return "done";
    }),
  );
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  const [instance] = instances as [Caller];
  for (const id of ["", "A".repeat(24), "../record", `${taskId}/record`, "__proto__", taskId]) {
    expect((await deliver(instance, id)).status).toBe(204);
  }
  await client.answer(taskId, { ask: accepted });
  await drain(queue, instances);
  const { writes } = store.counts;
  for (let late = 0; late < 3; late++) expect((await deliver(instance, taskId)).status).toBe(204);
  expect(store.counts.writes).toBe(writes);
  expect(entered).toBe(2);
});

test("a task that is cancelled while a step runs goes no step further, on whatever instance", async () => {
  const effects: string[] = [];
  let begun = (): void => {};
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let finish = (): void => {};
  const { queue, instances } = set(
    serverOf(async (task) => {
      await task.step("first", async () => {
        effects.push("first");
        begun();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      });
      await task.step("second", () => effects.push("second"));
      return "done";
    }),
  );
  const [one, two] = instances as [Caller, Caller];
  const client = new TasksClient([two]);
  const { taskId } = await client.call("work");
  queue.jobs.length = 0;
  const working = deliver(one, taskId);
  await isBegun;
  await client.cancel(taskId);
  finish();
  expect((await working).status).toBe(204);
  expect((await client.get(taskId)).status).toBe("cancelled");
  expect(effects).toEqual(["first"]);
});

test("a task that expires while it is worked on stays gone", async () => {
  let begun = (): void => {};
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let finish = (): void => {};
  const { queue, instances, client, clock } = set(
    serverOf(
      async (task) => {
        begun();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return task.step("late", () => "done");
      },
      { ttlSeconds: 60 },
    ),
  );
  const { taskId } = await client.call("work");
  queue.jobs.length = 0;
  const working = deliver(instances[0] as Caller, taskId);
  await isBegun;
  clock.now += 61_000;
  finish();
  expect((await working).status).toBe(204);
  await expect(client.get(taskId)).rejects.toMatchObject({ code: -32602 });
  expect((await deliver(instances[1] as Caller, taskId)).status).toBe(204);
  // Its place among the open ones is free again.
  expect((await client.call("work")).status).toBe("working");
});

const report = async (task: Task, effects: string[]): Promise<string> => {
  await task.step("first", () => effects.push("first"));
  await task.ask("ask", question);
  await task.step("second", () => effects.push("second"));
  return "done";
};

/** Instances of one server whose clocks differ from the first by so many milliseconds. */
function apart(effects: string[], ...offsets: number[]) {
  const store = createMemoryStore();
  const queue = createManualQueue();
  const server = serverOf((task) => report(task, effects));
  const instances = offsets.flatMap((offset) =>
    instancesOf(server, { store, workQueue: queue, now: () => Date.now() + offset }),
  );
  return { queue, instances };
}

test("work that is due begins at once where the clock of its worker is minutes behind", async () => {
  const effects: string[] = [];
  const { queue, instances } = apart(effects, 180_000, 0);
  const [ahead, behind] = instances as [Caller, Caller];
  const client = new TasksClient([ahead]);
  const { taskId } = await client.call("work");
  await drain(queue, [behind]);
  expect((await client.get(taskId)).status).toBe("input_required");
  await client.answer(taskId, { ask: accepted });
  await drain(queue, [behind]);
  expect((await client.get(taskId)).status).toBe("completed");
  expect(effects).toEqual(["first", "second"]);
});

test("no worker whose clock is 15 seconds ahead takes a task from one that is alive", async () => {
  let begun = (): void => {};
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let finish = (): void => {};
  let entered = 0;
  const store = createMemoryStore();
  const queue = createManualQueue();
  const server = serverOf(async () => {
    entered++;
    begun();
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return "done";
  });
  const [right, ahead] = [0, 15_000].flatMap((offset) =>
    instancesOf(server, { store, workQueue: queue, now: () => Date.now() + offset }),
  ) as [Caller, Caller];
  const { taskId } = await new TasksClient([right]).call("work");
  queue.jobs.length = 0;
  const working = deliver(right, taskId);
  await isBegun;
  expect((await deliver(ahead, taskId)).status).toBe(425);
  finish();
  await working;
  expect(entered).toBe(1);
});

test.each<[string, (task: Task, effects: string[]) => Promise<unknown>, string]>([
  [
    "has one step more",
    async (task, effects) => {
      await task.step("first", () => effects.push("first"));
      await task.step("new", () => effects.push("new"));
      await task.ask("ask", question);
    },
    '"new" without "ask"',
  ],
  [
    "calls a step otherwise",
    async (task, effects) => {
      await task.step("renamed", () => effects.push("renamed"));
      await task.ask("ask", question);
    },
    '"renamed" without "first"',
  ],
  ["has none of the steps", async () => {}, '"first"'],
])(
  "a task goes on in a new version that %s: it fails with the key, and nothing is done twice",
  async (_what, next, named) => {
    const effects: string[] = [];
    const store = createMemoryStore();
    const queue = createManualQueue();
    const before = instancesOf(
      serverOf((task) => report(task, effects)),
      { store, workQueue: queue },
    );
    const changed = serverOf(async (task) => {
      await next(task, effects);
      return "done";
    });
    const after = instancesOf(changed, { store, workQueue: queue });
    const client = new TasksClient(before);
    const { taskId } = await client.call("work");
    await drain(queue, before);
    await client.answer(taskId, { ask: accepted });
    await drain(queue, after);
    const { status, error } = await client.get(taskId);
    expect(status).toBe("failed");
    expect(error?.message).toContain(named);
    expect(effects).toEqual(["first"]);
  },
);

test("a task whose tool is gone in a new version fails at once", async () => {
  const tasks = createTasks();
  const without = defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "durable", version: "2.0.0" });
      server.registerTool("other", { inputSchema: z.object({}) }, async () => ({ content: [] }));
      return server;
    },
  });
  const store = createMemoryStore();
  const queue = createManualQueue();
  const client = new TasksClient(
    instancesOf(
      serverOf(async () => "done"),
      { store, workQueue: queue },
    ),
  );
  const { taskId } = await client.call("work");
  await drain(queue, instancesOf(without, { store, workQueue: queue }));
  expect(await client.get(taskId)).toMatchObject({ status: "failed", error: { code: -32602 } });
});

test("a sweep leaves a task in the index that another instance is just creating", async () => {
  const kept: Array<() => void> = [];
  const store = createMemoryStore();
  const slow: typeof store.put = async (item, when) => {
    if (item.sort === "record" && when === "absent") await new Promise<void>((resolve) => kept.push(resolve));
    return store.put(item, when);
  };
  const queue = createManualQueue();
  const server = serverOf(async () => "done");
  const [creating] = instancesOf(server, { store: { ...store, put: slow }, workQueue: queue });
  const [sweeping] = instancesOf(server, { store, workQueue: queue });
  const call = new TasksClient([creating as Caller]).call("work");
  await expect.poll(() => kept).toHaveLength(1);
  await new TasksClient([sweeping as Caller]).call("work");
  // The sweep follows the answer.
  await sleep(50);
  kept[0]?.();
  const { taskId } = await call;
  expect((await store.list("tasks")).some(({ sort }) => sort.endsWith(taskId))).toBe(true);
});
