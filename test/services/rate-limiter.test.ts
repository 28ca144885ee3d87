import { expect, test } from "vitest";
import { createRateLimiter, type RateLimiter } from "../../src/services/rate-limiter.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { countedStore } from "../support/stores.ts";
import { createClock, createScopes } from "./scope.ts";

const TEN = { limit: 10, windowSeconds: 60 };

function createInstances() {
  const clock = createClock();
  const store = countedStore(createMemoryStore(clock.now));
  const scope = createScopes(clock, store);
  /** A process, with what it remembers. */
  const instance = (): ((principal?: string) => RateLimiter) => {
    const closed = new Map<string, number>();
    return (principal) => createRateLimiter(scope(principal), closed);
  };
  return { clock, store, instance };
}

test("200 at the same time on four instances never get more than the limit, and get all of it", async () => {
  const { instance } = createInstances();
  const instances = Array.from({ length: 4 }, instance);
  const taken = await Promise.all(Array.from({ length: 200 }, (_, i) => instances[i % 4]?.().take("search", TEN)));
  expect(taken.filter((outcome) => outcome?.allowed)).toHaveLength(10);
  expect(new Set(taken.map((outcome) => outcome?.remaining))).toEqual(new Set([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]));
});

test("a refused caller is told when to come back, and is then served", async () => {
  const { clock, instance } = createInstances();
  const limiter = instance()();
  clock.pass(20);
  for (let i = 0; i < 10; i++) expect(await limiter.take("search", TEN)).toMatchObject({ allowed: true });
  const refused = await limiter.take("search", TEN);
  expect(refused).toEqual({ allowed: false, remaining: 0, retryAfterSeconds: 40 });
  clock.pass(refused.retryAfterSeconds - 1);
  expect(await limiter.take("search", TEN)).toMatchObject({ allowed: false, retryAfterSeconds: 1 });
  clock.pass(1);
  expect(await limiter.take("search", TEN)).toEqual({ allowed: true, remaining: 9, retryAfterSeconds: 0 });
});

test("callers have buckets of their own, unless everybody takes from the same", async () => {
  const { instance } = createInstances();
  const limiterOf = instance();
  const one = { limit: 1, windowSeconds: 60 };
  expect(await limiterOf("ada").take("x", one)).toMatchObject({ allowed: true });
  expect(await limiterOf("bob").take("x", one)).toMatchObject({ allowed: true });
  expect(await limiterOf("ada").take("x", { ...one, per: "everybody" })).toMatchObject({ allowed: true });
  expect(await limiterOf("bob").take("x", { ...one, per: "everybody" })).toMatchObject({ allowed: false });
});

test("a higher cost takes more, and a request for too much closes the bucket", async () => {
  const { instance } = createInstances();
  const limiter = instance()();
  expect(await limiter.take("x", { ...TEN, cost: 8 })).toEqual({ allowed: true, remaining: 2, retryAfterSeconds: 0 });
  expect(await limiter.take("x", { ...TEN, cost: 5 })).toMatchObject({ allowed: false, remaining: 0 });
  expect(await limiter.take("x", TEN)).toMatchObject({ allowed: false });
  expect(await instance()().take("x", TEN)).toMatchObject({ allowed: false });
});

test("a process that knows a bucket to be closed does not ask the store", async () => {
  const { clock, store, instance } = createInstances();
  const limiterOf = instance();
  for (let i = 0; i < 50; i++) await limiterOf().take("x", TEN);
  expect(store.counts).toEqual({ reads: 0, writes: 11 });
  clock.pass(60);
  await limiterOf().take("x", TEN);
  expect(store.counts.writes).toBe(12);
});

test.each([
  [{ limit: "ten" as never, windowSeconds: 1 }, 'limit must be a whole number from 0 on, not "ten".'],
  [{ limit: 1, windowSeconds: 0 }, "windowSeconds must be a whole number from 1 on, not 0."],
  [{ limit: 1, windowSeconds: 1, cost: -1 }, "cost must be a whole number from 0 on, not -1."],
])("%o is no limit", async (limit, because) => {
  const { store, instance } = createInstances();
  await expect(instance()().take("a", limit)).rejects.toThrow(because);
  expect(store.counts.writes).toBe(0);
});
