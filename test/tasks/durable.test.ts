import { expect, test } from "vitest";
import type { Task } from "../../src/tasks/create-tasks.ts";
import type { Caller } from "../support/messages.ts";
import { question, serverOf, set } from "./durable-server.ts";
import { deliver, drain } from "./manual-queue.ts";
import { accepted } from "./tasks-client.ts";

test("a task with three steps and a question costs 12 writes and 8 reads at most, each poll one read, and waiting nothing", async () => {
  const done: string[] = [];
  const { queue, instances, client, store, clock } = set(
    serverOf(async (task) => {
      const first = await task.step("first", () => done.push("first"));
      const second = await task.step("second", () => done.push("second"));
      const { action } = await task.ask("ask", question);
      const third = await task.step("third", () => done.push("third"));
      return JSON.stringify([first, second, action, third]);
    }),
  );
  const { taskId } = await client.call("work");
  expect(store.counts.writes).toBe(2);
  await drain(queue, instances);
  const beforePoll = store.counts.reads;
  expect((await client.get(taskId)).status).toBe("input_required");
  expect(store.counts.reads - beforePoll).toBe(1);
  let polls = 1;

  const before = { ...store.counts };
  const reads = store.counts.reads;
  clock.now += 3_600_000;
  expect(queue.jobs).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(store.counts).toEqual(before);
  expect(store.counts.reads).toBe(reads);

  await client.answer(taskId, { ask: accepted });
  await drain(queue, instances);
  const finished = await client.get(taskId);
  polls++;
  expect(finished.result?.content[0]?.text).toBe('[1,2,"accept",3]');
  expect(done).toEqual(["first", "second", "third"]);
  expect(store.counts.writes).toBeLessThanOrEqual(12);
  expect(store.counts.reads - polls).toBeLessThanOrEqual(8);
  const before2 = store.counts.reads;
  await client.get(taskId);
  expect(store.counts.reads - before2).toBe(1);
});

test("a result of more than 100 KB is an item of its own, which a poll reads only when the task is done", async () => {
  const { queue, instances, client, store } = set(serverOf(async () => "x".repeat(150_000)));
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  const before = store.counts.reads;
  expect((await client.get(taskId)).result?.content[0]?.text).toHaveLength(150_000);
  expect(store.counts.reads - before).toBe(2);
});

test("large values of steps come back, and undefined is undefined", async () => {
  const { queue, instances, client } = set(
    serverOf(async (task) => {
      const large = await task.step("large", () => "y".repeat(50_000));
      const nothing = await task.step("nothing", () => undefined);
      await task.ask("ask", question);
      return `${large.length} ${nothing}`;
    }),
  );
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  await client.answer(taskId, { ask: { action: "accept", content: { note: "z".repeat(20_000) } } });
  await drain(queue, instances);
  expect((await client.get(taskId)).result?.content[0]?.text).toBe("50000 undefined");
});

test.each([
  ["another key", async (task: Task, again: boolean) => task.step(again ? "other" : "one", () => 1), '"one"'],
  [
    "another kind",
    async (task: Task, again: boolean) => (again ? task.sleep("one", 0) : task.step("one", () => 1)),
    '"one" was a step',
  ],
  ["an end before it", async (task: Task, again: boolean) => (again ? 0 : task.step("one", () => 1)), '"one"'],
])(
  "a handler that comes to %s when it is entered again fails its task, which names the key",
  async (_what, way, named) => {
    let entered = 0;
    let effects = 0;
    const { queue, instances, client } = set(
      serverOf(async (task) => {
        const again = entered++ > 0;
        await way(task, again);
        if (again) return "done";
        await task.ask("ask", question);
        effects++;
        return "done";
      }),
    );
    const { taskId } = await client.call("work");
    await drain(queue, instances);
    await client.answer(taskId, { ask: accepted });
    await drain(queue, instances);
    const failed = await client.get(taskId);
    expect(failed.status).toBe("failed");
    expect(failed.error?.message).toContain(named);
    expect(effects).toBe(0);
  },
);

test("a sleep ends the invocation, and its job comes after it", async () => {
  const { queue, instances, client, clock } = set(
    serverOf(async (task) => {
      await task.sleep("pause", 600);
      return "awake";
    }),
  );
  const { taskId } = await client.call("work");
  await deliver(instances[0] as Caller, queue.jobs.shift()?.taskId ?? "");
  expect(queue.jobs).toEqual([{ taskId, delayMs: 600_000 }]);
  // A queue that delivers too early is told when to come again.
  expect(Number((await deliver(instances[1] as Caller, taskId)).headers["retry-after"])).toBe(600);
  clock.now += 600_000;
  await drain(queue, instances);
  expect((await client.get(taskId)).status).toBe("completed");
});

test("a task is kept as long as it was promised, and no longer", async () => {
  const { client, clock } = set(serverOf(async () => "done", { ttlSeconds: 60 }));
  const { taskId, ttlMs } = await client.call("work");
  expect(ttlMs).toBe(60_000);
  clock.now += 59_900;
  await client.get(taskId);
  clock.now += 1_200;
  await expect(client.get(taskId)).rejects.toMatchObject({ code: -32602 });
});
