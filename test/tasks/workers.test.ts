import { expect, test } from "vitest";
import type { Caller } from "../support/messages.ts";
import { breakableStore } from "../support/stores.ts";
import { serverOf, set } from "./durable-server.ts";
import { deliver, drain } from "./manual-queue.ts";

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
