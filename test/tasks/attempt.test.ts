import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ANYBODY } from "../../src/auth/caller.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";
import { MAX_VALUE_BYTES } from "../../src/store/store.ts";
import { Attempt } from "../../src/tasks/jobs/attempt.ts";
import { endTask } from "../../src/tasks/jobs/end-task.ts";
import type { TaskRecord } from "../../src/tasks/task-record.ts";
import { createTaskStore, newTaskId, type TaskStore } from "../../src/tasks/task-store.ts";

/** An attempt at a task that a worker has just claimed. */
async function claimedTask(): Promise<{ tasks: TaskStore; attempt: Attempt; read(): Promise<TaskRecord | undefined> }> {
  const tasks = createTaskStore(observed(createMemoryStore()));
  const id = newTaskId();
  const now = Date.now();
  await tasks.create(id, {
    ...{ tool: "report", caller: ANYBODY, owner: "somebody", status: "working", operations: [] },
    ...{ createdAt: now, updatedAt: now, ttlMs: 600_000, pollMs: 1_000, attempt: 1, fruitless: 0 },
  });
  const task = await tasks.get(id);
  if (!task) throw new Error("The task is not there.");
  return { tasks, attempt: new Attempt(tasks, task), read: async () => (await tasks.get(id))?.record };
}

/** Enough for every write of a store in this process that has begun. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await nextTurn();
}

test("nothing is written after the end of a task: no sign of life, and no step that its handler did not wait for", async () => {
  const { tasks, attempt, read } = await claimedTask();
  const ending = endTask(tasks, attempt, { status: "completed", result: "done" });
  void attempt.write((record) => ({ ...record, statusMessage: "late" }));
  await ending;
  await settled();
  void attempt.write((record) => ({ ...record, statusMessage: "later" }));
  await settled();
  attempt.close();
  const record = await read();
  expect(record).toMatchObject({ status: "completed", result: "done" });
  expect(record).not.toHaveProperty("leaseUntil");
  expect(record).not.toHaveProperty("statusMessage");
});

test("an attempt whose last write is refused goes on", async () => {
  const { attempt, read } = await claimedTask();
  const refused = attempt.release((record) => ({ ...record, statusMessage: "x".repeat(MAX_VALUE_BYTES) }));
  await expect(refused).rejects.toThrow(RangeError);
  await attempt.write((record) => ({ ...record, statusMessage: "again" }));
  attempt.close();
  expect(await read()).toMatchObject({ statusMessage: "again", leaseUntil: expect.any(Number) });
});
