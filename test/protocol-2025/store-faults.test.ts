import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { StateStore, StateWrite } from "../../src/adapter.ts";
import { AnycloudError, createMemoryStore } from "../../src/index.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

/** A store whose writes happen and are then reported as failed, where `doubtful` says so. */
function doubtfulStore(doubtful: (item: StateWrite) => boolean): StateStore {
  const store = createMemoryStore();
  return {
    ...store,
    async put(item, when) {
      const written = await store.put(item, when);
      if (doubtful(item)) throw new AnycloudError("STORE_UNAVAILABLE", "Nobody knows: this test wants it so.");
      return written;
    },
  };
}

const progressOf = (message: Record<string, unknown> | undefined): unknown =>
  (message?.params as { progress?: number } | undefined)?.progress;

describe("a write that failed and happened all the same", () => {
  test("tells a client that was away nothing twice", async () => {
    let doubts = 0;
    const store = doubtfulStore(({ partition, value }) => {
      if (!partition.startsWith("stream/") || !value.includes('"progress":3') || doubts > 0) return false;
      doubts++;
      return true;
    });
    const instances = startInstances(createSessionServer(), { store }, { timings: { writerAvoidMs: 200 } });
    const session = await instances.open();
    const stream = readStream(await session.call(0, "steps", { count: 5, gapMs: 100 }));
    await stream.message();
    await stream.leave();
    const resumed = await (await session.listen(1, stream.lastEventId)).rest();
    expect(resumed.flatMap(({ message }) => progressOf(message) ?? [])).toEqual([2, 3, 4, 5]);
    expect(doubts).toBe(1);
  });

  test("does not cost a standalone stream its lease", { timeout: 90_000 }, async () => {
    let doubts = 0;
    const store = doubtfulStore(({ sort, value }) => {
      if (sort !== "stream-lease" || JSON.parse(value).position.notifications === 0 || doubts > 0) return false;
      doubts++;
      return true;
    });
    const timings = { leaseWriteMs: 200, notificationFastestReadMs: 20, notificationSlowestReadMs: 50 };
    const instances = startInstances(createSessionServer(), { store, heartbeatSeconds: 1 }, { timings });
    const session = await instances.open();
    const stream = await session.listen(0);
    await session.call(1, "announce", { word: "one" });
    await stream.message();
    // Until it has renewed its lease twice, the first time in doubt.
    const reading = stream.rest();
    await expect.poll(() => doubts).toBe(1);
    // The next renewal finds out that the lease is still held.
    await sleep(600);
    await session.call(1, "announce", { word: "two" });
    await sleep(600);
    await stream.leave();
    expect((await reading).flatMap(({ message }) => (message ? [message.params] : []))).toMatchObject([
      { data: "two" },
    ]);
    // The lease was released, so the stream opens again at once, and no event is sent twice.
    const next = await session.listen(2);
    await session.call(1, "announce", { word: "three" });
    expect((await next.message()).message).toMatchObject({ params: { data: "three" } });
    await next.leave();
  });
});

test("a standalone stream that could not be opened follows no changes", async () => {
  const memory = createMemoryStore();
  const followed: AbortSignal[] = [];
  const store: StateStore = {
    ...memory,
    async put(item, when) {
      if (item.sort === "stream-lease") throw new AnycloudError("STORE_UNAVAILABLE", "Writes are throttled.");
      return memory.put(item, when);
    },
    watch(partition, signal) {
      if (partition === "changes") followed.push(signal);
      return memory.watch?.(partition, signal) as AsyncIterable<string>;
    },
  };
  const session = await startInstances(createSessionServer(), { store }).open();
  expect((await session.get(0)).status).toBe(503);
  expect(followed).toHaveLength(1);
  await expect.poll(() => followed[0]?.aborted).toBe(true);
});
