import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { WorkQueue } from "../../src/adapter.ts";
import { createMemoryStore } from "../../src/index.ts";
import tasksServer from "../fixtures/tasks-server.ts";
import { countedStore } from "../support/stores.ts";
import { instancesOf, TasksClient } from "./tasks-client.ts";

test("a call is answered when the queue has taken its job: one call of the queue, no more, and nothing after it", async () => {
  const store = countedStore(createMemoryStore());
  const taken = Promise.withResolvers<void>();
  let submitted = 0;
  const workQueue: WorkQueue = {
    submit() {
      submitted++;
      return taken.promise;
    },
  };
  const client = new TasksClient(instancesOf(tasksServer, { store, workQueue }));
  let answered = false;
  const call = client.call("slow_compute", { seconds: 60 }).finally(() => {
    answered = true;
  });
  await expect.poll(() => submitted).toBe(1);
  expect(store.counts.writes).toBe(2);
  // A task whose job is not with the queue would be promised too early.
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  expect(answered).toBe(false);
  const before = { ...store.counts };
  taken.resolve();
  expect((await call).status).toBe("working");
  expect(store.counts).toEqual(before);
  expect(submitted).toBe(1);
});
