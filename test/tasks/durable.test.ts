import { expect, test } from "vitest";
import type { Task } from "../../src/tasks/create-tasks.ts";
import type { Caller } from "../support/messages.ts";
import { breakableStore } from "../support/stores.ts";
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

test("a job that comes twice is worked on once, and comes back behind the lease of a worker", async () => {
  let entered = 0;
  let finish = (): void => {};
  const { queue, instances, client } = set(
    serverOf(async () => {
      entered++;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return "done";
    }),
  );
  const { taskId } = await client.call("work");
  queue.jobs.length = 0;
  const [one, two] = instances as [Caller, Caller];
  const first = deliver(one, taskId);
  await expect.poll(() => entered).toBe(1);
  const second = await deliver(two, taskId);
  expect(second.status).toBe(425);
  expect(Number(second.headers["retry-after"])).toBeGreaterThan(20);
  finish();
  expect((await first).status).toBe(204);
  expect((await deliver(two, taskId)).status).toBe(204);
  expect(entered).toBe(1);
});

test("a worker whose lease was taken over keeps nothing, and the task goes on from its steps", async () => {
  const effects: string[] = [];
  let stall: (() => void) | undefined;
  const { queue, instances, client, clock } = set(
    serverOf(async (task) => {
      await task.step("first", () => effects.push("first"));
      // The first worker is frozen here.
      if (!stall) {
        await new Promise<void>((resolve) => {
          stall = resolve;
        });
      }
      await task.step("second", () => effects.push("second"));
      return "done";
    }),
  );
  const { taskId } = await client.call("work");
  queue.jobs.length = 0;
  const [one, two] = instances as [Caller, Caller];
  const frozen = deliver(one, taskId);
  await expect.poll(() => stall).toBeDefined();
  clock.now += 31_000;
  expect((await deliver(two, taskId)).status).toBe(204);
  expect((await client.get(taskId)).status).toBe("completed");
  stall?.();
  expect((await frozen).status).toBe(204);
  expect(effects).toEqual(["first", "second"]);
});

test("a worker that comes back while another one is at work keeps nothing, and is told to stop", async () => {
  const pauses: Array<() => void> = [];
  const stopped: boolean[] = [];
  const { queue, instances, client, clock } = set(
    serverOf(async (task) => {
      const worker = pauses.length;
      await new Promise<void>((resolve) => pauses.push(resolve));
      task.signal.addEventListener("abort", () => (stopped[worker] = true));
      await task.step(`step of worker ${worker}`, () => worker);
      return String(worker);
    }),
  );
  const { taskId } = await client.call("work");
  queue.jobs.length = 0;
  const [one, two] = instances as [Caller, Caller];
  const frozen = deliver(one, taskId);
  await expect.poll(() => pauses).toHaveLength(1);
  clock.now += 31_000;
  const second = deliver(two, taskId);
  await expect.poll(() => pauses).toHaveLength(2);
  pauses[0]?.();
  expect((await frozen).status).toBe(204);
  expect(stopped[0]).toBe(true);
  expect((await client.get(taskId)).status).toBe("working");
  pauses[1]?.();
  await second;
  expect((await client.get(taskId)).result?.content[0]?.text).toBe("1");
});

test("a lost job is found by the next poll, and by a sweep when another task begins", async () => {
  const { queue, instances, client, clock } = set(serverOf(async () => "done"));
  const polled = await client.call("work");
  const forgotten = await client.call("work");
  queue.jobs.length = 0;
  await client.get(polled.taskId);
  expect(queue.jobs).toEqual([]);
  clock.now += 60_000;
  await client.get(polled.taskId);
  expect(queue.jobs).toEqual([{ taskId: polled.taskId }]);
  await client.call("work");
  await expect.poll(() => queue.jobs.map(({ taskId }) => taskId)).toContain(forgotten.taskId);
  await drain(queue, instances);
  expect((await client.get(polled.taskId)).status).toBe("completed");
  expect((await client.get(forgotten.taskId)).status).toBe("completed");
});

test("a task whose workers end again and again fails with the reason", async () => {
  const { queue, instances, client, clock } = set(serverOf(async () => new Promise<string>(() => {}), { attempts: 3 }));
  const { taskId } = await client.call("work");
  for (let attempt = 0; attempt < 3; attempt++) {
    queue.jobs.length = 0;
    // The worker takes the task, and is never heard of again.
    void deliver(instances[attempt] as Caller, taskId);
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.now += 31_000;
  }
  await deliver(instances[0] as Caller, taskId);
  expect(await client.get(taskId)).toMatchObject({
    status: "failed",
    error: { code: -32603, message: expect.stringContaining("3 workers in a row") },
  });
});

test("a worker whose time is up hands the task on, and the handler goes on from its steps", async () => {
  const effects: string[] = [];
  const { queue, instances, client } = set(
    serverOf(async (task) => {
      await task.step("first", () => effects.push("first"));
      if (effects.length === 1) {
        effects.push(task.deadline === 42 ? "deadline" : "none");
        await new Promise((resolve) => task.signal.addEventListener("abort", resolve));
      }
      return task.step("second", () => effects.join());
    }),
  );
  const { taskId } = await client.call("work");
  queue.jobs.length = 0;
  const deadline = new AbortController();
  const cut = deliver(instances[0] as Caller, taskId, { deadline: deadline.signal, deadlineAt: 42 });
  await expect.poll(() => effects).toHaveLength(2);
  deadline.abort();
  expect((await cut).status).toBe(204);
  expect(queue.jobs).toEqual([{ taskId, delayMs: 0 }]);
  await drain(queue, instances);
  expect((await client.get(taskId)).result?.content[0]?.text).toBe("first,deadline");
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

test("a worker that lost its task does not fail it for the one that has it", async () => {
  const holds = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let entered = 0;
  const { queue, instances, client, clock } = set(
    serverOf(async (task) => {
      const isLate = entered++ === 0;
      await holds[isLate ? 0 : 1].promise;
      if (isLate) await task.step("", () => 1);
      return "done";
    }),
  );
  const { taskId } = await client.call("work");
  queue.jobs.length = 0;
  const late = deliver(instances[0] as Caller, taskId);
  await expect.poll(() => entered).toBe(1);
  clock.now += 60_000;
  const next = deliver(instances[1] as Caller, taskId);
  await expect.poll(() => entered).toBe(2);
  holds[0].resolve();
  await late;
  expect((await client.get(taskId)).status).toBe("working");
  holds[1].resolve();
  await next;
  expect((await client.get(taskId)).status).toBe("completed");
});

test("a job whose last write fails comes again, and is not done with", async () => {
  let broken: { broken: boolean } | undefined;
  let entered = 0;
  const { queue, instances, client, clock } = set(
    serverOf(async () => {
      if (broken) broken.broken = entered++ === 0;
      return "done";
    }),
    (store) => {
      const breakable = breakableStore(store);
      broken = breakable;
      return breakable;
    },
  );
  const { taskId } = await client.call("work");
  queue.jobs.length = 0;
  expect((await deliver(instances[0] as Caller, taskId)).status).toBe(503);
  if (broken) broken.broken = false;
  clock.now += 31_000;
  expect((await deliver(instances[1] as Caller, taskId)).status).toBe(204);
  expect((await client.get(taskId)).status).toBe("completed");
});

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
