import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CLOCK_SKEW_MS } from "../../src/clock.ts";
import { takeLease } from "../../src/services/lease.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { breakableStore } from "../support/stores.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const key = { partition: "p", sort: "s" };
const now = (): number => Date.now();

test("a lease holds as long as its holder lives, and nobody else gets it", async () => {
  const place = { store: createMemoryStore(now), key, now };
  const lease = await takeLease(place);
  for (let seconds = 0; seconds < 120; seconds += 2) {
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await takeLease(place)).toBeUndefined();
  }
  expect(await lease?.end("result", 60)).toBe(true);
  expect(await place.store.get(key)).toMatchObject({ value: "result" });
  expect(vi.getTimerCount()).toBe(0);
});

test("nobody takes it from a living holder whose clock is behind", async () => {
  const store = createMemoryStore(now);
  const lease = await takeLease({ store, key, now: () => Date.now() - CLOCK_SKEW_MS });
  for (let seconds = 0; seconds < 60; seconds += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await takeLease({ store, key, now })).toBeUndefined();
  }
  expect(await lease?.end("result", 60)).toBe(true);
});

test("ended with nothing there it is to be had at once", async () => {
  const place = { store: createMemoryStore(now), key, now };
  const lease = await takeLease(place);
  await vi.advanceTimersByTimeAsync(500);
  expect(await lease?.end("", 0)).toBe(true);
  const next = await takeLease(place);
  expect(await next?.end("", 0)).toBe(true);
});

test("it survives a store that is unavailable for less than its length, and is lost to a later holder after that", async () => {
  const store = breakableStore(createMemoryStore(now));
  const place = { store, key, now };
  const lease = await takeLease(place);
  await vi.advanceTimersByTimeAsync(4_000);
  store.broken = true;
  await vi.advanceTimersByTimeAsync(6_000);
  store.broken = false;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await takeLease(place)).toBeUndefined();
  store.broken = true;
  await vi.advanceTimersByTimeAsync(22_000);
  store.broken = false;
  const other = await takeLease(place);
  expect(other).toBeDefined();
  expect(await lease?.end("too late", 60)).toBe(false);
  expect(await other?.end("in time", 60)).toBe(true);
  expect(await store.get(key)).toMatchObject({ value: "in time" });
});

test("a renewal that happened though it seemed to fail does not lose it", async () => {
  const store = createMemoryStore(now);
  let swallows = false;
  const lossy = {
    ...store,
    put: async (...args: Parameters<typeof store.put>) => {
      const written = await store.put(...args);
      if (swallows) throw new Error("the answer was lost");
      return written;
    },
  };
  const lease = await takeLease({ store: lossy, key, now });
  swallows = true;
  await vi.advanceTimersByTimeAsync(3_500);
  swallows = false;
  expect(await lease?.end("result", 60)).toBe(true);
});
