import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { CLOCK_SKEW_MS } from "../../src/clock.ts";
import type { CallerScope } from "../../src/services/caller-scope.ts";
import { createOnce } from "../../src/services/once.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import type { StateStore } from "../../src/store/store.ts";
import { breakableStore, countedStore } from "../support/stores.ts";
import { type Clock, createClock, createScopes } from "./scope.ts";

const HOUR = { ttlSeconds: 3600 };

/** Work that counts its runs and ends when the test ends it. */
function createWork(): { readonly runs: () => number; readonly run: () => Promise<number>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let runs = 0;
  return {
    runs: () => runs,
    async run() {
      const number = ++runs;
      await promise;
      return number;
    },
    end: resolve,
  };
}

test("50 callers at the same time, each on an instance of its own, and one that comes later get one run's result", async () => {
  const scope = createScopes();
  const work = createWork();
  const calls = Array.from({ length: 50 }, () => createOnce(scope())("order 7", HOUR, work.run));
  await nextTurn();
  work.end();
  expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
  expect(await createOnce(scope())("order 7", HOUR, work.run)).toBe(1);
  expect(work.runs()).toBe(1);
});

test("another key and another caller are other work", async () => {
  const scope = createScopes();
  let runs = 0;
  const work = async (): Promise<number> => ++runs;
  expect(await createOnce(scope("ada"))("a", HOUR, work)).toBe(1);
  expect(await createOnce(scope("ada"))("b", HOUR, work)).toBe(2);
  expect(await createOnce(scope("bob"))("a", HOUR, work)).toBe(3);
});

test("the first caller gets the result as the later ones do: as JSON", async () => {
  const scope = createScopes();
  const work = async (): Promise<unknown> => ({ at: new Date(0), nothing: undefined });
  const first = await createOnce(scope())("a", HOUR, work);
  expect(first).toStrictEqual({ at: "1970-01-01T00:00:00.000Z" });
  expect(await createOnce(scope())("a", HOUR, work)).toStrictEqual(first);
  const nothing = async (): Promise<void> => {};
  expect(await createOnce(scope())("b", HOUR, nothing)).toBeUndefined();
  expect(await createOnce(scope())("b", HOUR, async () => "second")).toBeUndefined();
});

test("work that throws was not done: who waits runs it", async () => {
  const scope = createScopes();
  const fails = createWork();
  const first = createOnce(scope())("a", HOUR, async () => {
    await fails.run();
    throw new Error("out of stock");
  });
  await nextTurn();
  const waiting = createOnce(scope())("a", HOUR, async () => "done");
  fails.end();
  await expect(first).rejects.toThrow("out of stock");
  expect(await waiting).toBe("done");
});

test("work that throws was not done for an instance whose clock is behind, either", async () => {
  const clock = createClock();
  const behind = { ...clock, now: () => clock.now() - CLOCK_SKEW_MS };
  let reader = clock;
  const store = createMemoryStore(() => reader.now());
  const seenBy = (of: Clock): StateStore => ({
    ...store,
    get: (key) => {
      reader = of;
      return store.get(key);
    },
    put: (item, when) => {
      reader = of;
      return store.put(item, when);
    },
  });
  const [scope, scopeBehind] = [clock, behind].map((of) => createScopes(of, seenBy(of))());
  const fails = createOnce(scope as CallerScope)("a", HOUR, () => Promise.reject(new Error("out of stock")));
  await expect(fails).rejects.toThrow("out of stock");
  expect(await createOnce(scopeBehind as CallerScope)("a", HOUR, async () => "done")).toBe("done");
});

test("after its time the work is done anew", async () => {
  const clock = createClock();
  const scope = createScopes(clock);
  expect(await createOnce(scope())("a", { ttlSeconds: 60 }, async () => 1)).toBe(1);
  clock.pass(59);
  expect(await createOnce(scope())("a", { ttlSeconds: 60 }, async () => 2)).toBe(1);
  clock.pass(2);
  expect(await createOnce(scope())("a", { ttlSeconds: 60 }, async () => 3)).toBe(3);
});

test("work of an instance that gives no sign of life is taken over, and then the other one's result counts", async () => {
  const clock = createClock();
  const store = countedStore(createMemoryStore(clock.now));
  const scope = createScopes(clock, store);
  const lost = createWork();
  const first = createOnce(scope())("a", HOUR, lost.run);
  await nextTurn();
  const other = createWork();
  other.end();
  const second = createOnce(scope())("a", HOUR, async () => `taken over, run ${await other.run()}`);
  clock.pass(19);
  const { reads } = store.counts;
  await expect.poll(() => store.counts.reads).toBeGreaterThan(reads + 2);
  expect(other.runs()).toBe(0);
  clock.pass(2);
  expect(await second).toBe("taken over, run 1");
  lost.end();
  expect(await first).toBe("taken over, run 1");
});

test("an instance that was out of reach for a while and that nobody replaced does not work twice", async () => {
  const clock = createClock();
  const scope = createScopes(clock);
  const work = createWork();
  const call = createOnce(scope())("a", HOUR, work.run);
  await nextTurn();
  clock.pass(60);
  work.end();
  expect(await call).toBe(1);
  expect(work.runs()).toBe(1);
  expect(await createOnce(scope())("a", HOUR, work.run)).toBe(1);
});

test("without the store the work is not begun", async () => {
  const clock = createClock();
  const store = breakableStore(createMemoryStore(clock.now));
  store.broken = true;
  const work = createWork();
  const call = createOnce(createScopes(clock, store)())("a", HOUR, work.run);
  await expect(call).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(work.runs()).toBe(0);
});

test("a run that was taken over gets no fencing token, and its successor a larger one", async () => {
  const clock = createClock();
  const scope = createScopes(clock);
  const stopped = Promise.withResolvers<void>();
  const tokens: number[] = [];
  const first = createOnce(scope())("order 7", HOUR, async ({ fencingToken }) => {
    tokens.push(await fencingToken());
    await stopped.promise;
    return fencingToken();
  });
  await expect.poll(() => tokens).toEqual([1]);
  // Its instance stands still, and so do its signs of life.
  clock.pass(30);
  const second = createOnce(scope())("order 7", HOUR, ({ fencingToken }) => fencingToken());
  expect(await second).toBe(2);
  stopped.resolve();
  await expect(first).rejects.toMatchObject({ code: "STATE_CONFLICT", message: expect.stringMatching(/taken over/) });
  expect(await createOnce(scope())("order 7", HOUR, async () => -1)).toBe(2);
});
