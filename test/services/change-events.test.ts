import { setTimeout as sleep } from "node:timers/promises";
import type { ServerEvent } from "@modelcontextprotocol/server";
import { afterEach, expect, test, vi } from "vitest";
import { type ChangeEntry, type ChangeEvents, createChangeEvents } from "../../src/services/change-events.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";
import type { StateStore } from "../../src/store/store.ts";
import { breakableStore, countedStore } from "../support/stores.ts";

const updated = (number: number): ServerEvent => ({ kind: "resource_updated", uri: `note://${number}` });
const range = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

const over = new Set<AbortController>();
afterEach(() => {
  vi.useRealTimers();
  for (const controller of over) controller.abort();
  over.clear();
});

interface Heard {
  readonly entries: ChangeEntry[];
  /** The events that arrived, as the numbers that `updated` was given. */
  numbers(): number[];
  /** The number it began behind. */
  readonly start: number;
  stop(): void;
}

async function follow(instances: ChangeEvents, after?: number): Promise<Heard> {
  const controller = new AbortController();
  over.add(controller);
  const entries: ChangeEntry[] = [];
  const start = await instances.follow({
    after,
    signal: controller.signal,
    onEntry: (entry) => void entries.push(entry),
  });
  return {
    entries,
    numbers: () =>
      entries.flatMap(({ events }) => events.map((event) => ("uri" in event ? Number(event.uri.slice(7)) : -1))),
    start,
    stop: () => controller.abort(),
  };
}

/** An instance of its own on the store. */
const instance = (store: StateStore): ChangeEvents => createChangeEvents(observed(store));

test("every instance hears events in order, also the instance that published them", async () => {
  const store = createMemoryStore();
  const [a, b, c] = [instance(store), instance(store), instance(store)];
  const heard = await Promise.all([a, b, c].map((instances) => follow(instances)));
  for (const number of range(20)) await a.publish(updated(number));
  for (const one of heard) await expect.poll(() => one.numbers()).toEqual(range(20));
});

test("a burst keeps its order and costs two operations", async () => {
  const store = countedStore(createMemoryStore());
  const instances = instance(store);
  await Promise.all(range(200).map((number) => instances.publish(updated(number))));
  expect(store.counts).toEqual({ reads: 0, writes: 2 });
  const heard = await follow(instance(store), 0);
  await expect.poll(() => heard.numbers()).toEqual(range(200));
  expect(heard.entries).toHaveLength(1);
});

test("bursts of three instances at the same time: nothing is lost or doubled, and each one's order is kept", async () => {
  const store = createMemoryStore();
  const heard = await follow(instance(store));
  const processes = range(3).map(() => instance(store));
  await Promise.all(
    range(90).map(async (number) => {
      await sleep(number % 7);
      await processes[number % 3]?.publish(updated(number));
    }),
  );
  await expect.poll(() => heard.numbers().toSorted((x, y) => x - y)).toEqual(range(90));
  const numbers = heard.entries.map(({ number }) => number);
  expect(numbers).toEqual(numbers.toSorted((x, y) => x - y));
});

test("a follower does not miss an event that is published right after it began", async () => {
  const store = createMemoryStore();
  for (const number of range(20)) {
    const heard = await follow(instance(store));
    await instance(store).publish(updated(number));
    await expect.poll(() => heard.numbers()).toEqual([number]);
    heard.stop();
  }
});

test("a follower that resumes from a number first hears the events that it missed, and others hear nothing twice", async () => {
  const store = createMemoryStore();
  const instances = instance(store);
  const first = await follow(instances);
  await instances.publish(updated(0));
  await expect.poll(() => first.numbers()).toEqual([0]);
  const [last] = first.entries;
  const other = await follow(instances);
  first.stop();
  for (const number of [1, 2]) await instances.publish(updated(number));
  const resumed = await follow(instances, last?.number);
  const anew = await follow(instances, first.start);
  await instances.publish(updated(3));
  await expect.poll(() => resumed.numbers()).toEqual([1, 2, 3]);
  await expect.poll(() => anew.numbers()).toEqual([0, 1, 2, 3]);
  await expect.poll(() => other.numbers()).toEqual([1, 2, 3]);
  expect(first.numbers()).toEqual([0]);
});

test("a hundred followers cost one reader, and none costs nothing", async () => {
  const store = countedStore(createMemoryStore());
  const instances = instance(store);
  const followers = await Promise.all(range(100).map(() => follow(instances, 0)));
  const { reads } = store.counts;
  await sleep(400);
  const perReader = store.counts.reads - reads;
  expect(perReader).toBeGreaterThan(0);
  expect(perReader).toBeLessThan(100);
  for (const { stop } of followers) stop();
  await sleep(50);
  const { reads: afterwards } = store.counts;
  await sleep(200);
  expect(store.counts.reads).toBe(afterwards);
});

test("when the last follower leaves, nothing is waited for any more", async () => {
  vi.useFakeTimers();
  const instances = instance(createMemoryStore());
  const followers = await Promise.all(range(2).map(() => follow(instances)));
  await vi.advanceTimersByTimeAsync(10_000);
  followers[0]?.stop();
  expect(vi.getTimerCount()).toBe(1);
  followers[1]?.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test("a store that goes away for a while costs followers nothing but time", async () => {
  const store = breakableStore(createMemoryStore());
  const instances = instance(store);
  const heard = await follow(instances);
  store.broken = true;
  await expect(instances.publish(updated(0))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  await expect(follow(instances)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  await sleep(100);
  store.broken = false;
  await instances.publish(updated(1));
  await expect.poll(() => heard.numbers()).toEqual([1]);
});
