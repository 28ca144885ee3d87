import { expect, test } from "vitest";
import { AnycloudError } from "../../src/errors.ts";
import type { StateStore, StateWrite } from "../../src/store/store.ts";
import { recordedStore } from "../support/stores.ts";
import { question, serverOf, set } from "./durable-server.ts";
import { deliver, drain } from "./manual-queue.ts";

/** Large values, which are items of their own. */

const noteOf = (character: string) => ({ action: "accept", content: { note: character.repeat(20_000) } });

/** A store that waits for `before` ahead of each write. */
const heldStore = (store: StateStore, before: (item: StateWrite) => unknown): StateStore => ({
  ...store,
  async put(item, when) {
    await before(item);
    return store.put(item, when);
  },
});

test("of two large answers that come at the same time one is taken, and stays", async () => {
  const seen: unknown[] = [];
  let arrived = 0;
  let go: () => void = () => {};
  const both = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { queue, instances, client } = set(
    serverOf(async (task) => {
      const { content } = await task.ask("ask", question);
      seen.push(String(content?.note)[0]);
      await task.sleep("pause", 1);
      return "done";
    }),
    (store) =>
      heldStore(store, ({ value }) => {
        if (!value.includes("a".repeat(100)) && !value.includes("b".repeat(100))) return undefined;
        if (++arrived === 2) go();
        return both;
      }),
  );
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  await Promise.all(["a", "b"].map((character) => client.answer(taskId, { ask: noteOf(character) })));
  await deliver(instances[0] as (typeof instances)[0], taskId);
  const [first] = seen;
  // A later answer changes nothing.
  await client.answer(taskId, { ask: noteOf("c") });
  await drain(queue, instances);
  await deliver(instances[1] as (typeof instances)[0], taskId);
  expect(seen).not.toHaveLength(0);
  expect(new Set(seen)).toEqual(new Set([first]));
});

test("a worker that lost its task does not replace the large value of another one", async () => {
  const read: string[] = [];
  const finish: Array<() => void> = [];
  const { queue, instances, client, clock } = set(
    serverOf(async (task) => {
      const value = await task.step("large", async () => {
        const worker = finish.length;
        await new Promise<void>((resolve) => finish.push(resolve));
        return String(worker).repeat(20_000);
      });
      read.push(String(value[0]));
      await task.ask("ask", question);
      return String(value[0]);
    }),
  );
  const { taskId } = await client.call("work");
  queue.jobs.length = 0;
  const [one, two] = instances as [(typeof instances)[0], (typeof instances)[0]];
  const frozen = deliver(one, taskId);
  await expect.poll(() => finish).toHaveLength(1);
  clock.now += 31_000;
  const second = deliver(two, taskId);
  await expect.poll(() => finish).toHaveLength(2);
  finish[1]?.();
  await second;
  finish[0]?.();
  await frozen;
  await client.answer(taskId, { ask: { action: "accept" } });
  await drain(queue, instances);
  expect((await client.get(taskId)).result?.content[0]?.text).toBe("1");
  expect(read).toEqual(["1", "1"]);
});

test("the key of a large value may have 200 characters of any alphabet", async () => {
  const key = "ü".repeat(200);
  const { queue, instances, client } = set(
    serverOf(async (task) => String((await task.step(key, () => "x".repeat(20_000))).length)),
  );
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  expect(await client.get(taskId)).toMatchObject({ status: "completed", result: { content: [{ text: "20000" }] } });
});

test("many steps leave a record that polls can read again and again", async () => {
  let largest = 0;
  const { queue, instances, client } = set(
    serverOf(async (task) => {
      let sum = 0;
      for (let step = 0; step < 60; step++) sum += (await task.step(`step ${step}`, () => "x".repeat(10_000))).length;
      await task.ask("ask", question);
      return String(sum);
    }),
    (store) =>
      recordedStore(store, ({ sort, value }) => {
        if (sort === "record") largest = Math.max(largest, value.length);
      }),
  );
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  await client.answer(taskId, { ask: { action: "accept" } });
  await drain(queue, instances);
  expect((await client.get(taskId)).result?.content[0]?.text).toBe("600000");
  expect(largest).toBeLessThan(130_000);
});

test("a store that is away for a moment when a large value is kept costs neither the step nor the task", async () => {
  let steps = 0;
  let away = 2;
  const { queue, instances, client } = set(
    serverOf(async (task) => {
      const value = await task.step("large", () => `${++steps}`.padEnd(20_000));
      return value.trim();
    }),
    (store) =>
      heldStore(store, ({ sort }) => {
        if (sort.startsWith("value/") && away-- > 0) throw new AnycloudError("STORE_UNAVAILABLE", "It is away.");
      }),
  );
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  const { status, result } = await client.get(taskId);
  expect({ status, result, steps }).toMatchObject({
    status: "completed",
    result: { content: [{ text: "1" }] },
    steps: 1,
  });
  expect(result?.isError).toBeUndefined();
});

test("an error that no record can hold fails its task at once, in words", async () => {
  const thrown = [
    Object.assign(new Error("no"), { code: -32_000, data: 1n }),
    Object.assign(new Error("x".repeat(9_000_000)), { code: -32_000 }),
    Object.assign(new Error("no"), { code: -32_000, message: 1n }),
  ];
  let attempts = 0;
  const { queue, instances, client } = set(
    serverOf(async (_task, { size = 0 }) => {
      attempts++;
      throw thrown[size];
    }),
  );
  for (const size of thrown.keys()) {
    const { taskId } = await client.call("work", { size });
    await drain(queue, instances);
    const { status, error } = await client.get(taskId);
    expect([status, error?.message.length]).toEqual(["failed", expect.any(Number)]);
    expect(error?.message.length).toBeLessThan(1_000);
  }
  expect(attempts).toBe(thrown.length);
});

test("a status message is told in part, and a question that is too large is the handler's to know", async () => {
  const { queue, instances, client } = set(
    serverOf(async (task) => {
      await task.progress({ progress: 1, message: "x".repeat(300_000) });
      const large = { ...question, params: { ...question.params, message: "x".repeat(300_000) } };
      const told = await task.ask("large", large).catch((error: unknown) => String(error));
      await task.ask("small", question);
      return String(told);
    }),
  );
  const { taskId } = await client.call("work");
  await drain(queue, instances);
  const waiting = await client.get(taskId);
  expect([waiting.status, waiting.statusMessage]).toEqual(["input_required", "x".repeat(1_024)]);
  await client.answer(taskId, { small: { action: "accept" } });
  await drain(queue, instances);
  // The key of the question that was not asked is free in each attempt.
  const { status, result } = await client.get(taskId);
  expect([status, result?.content[0]?.text]).toEqual([
    "completed",
    expect.stringMatching(/^RangeError: The question "large" has \d+ bytes/),
  ]);
});
