import { describe, expect, test } from "vitest";
import { createEventGaps } from "../../src/store/event-gaps.ts";
import { appendEvent, lastNumber, toEventSort, toLoggedEvent } from "../../src/store/event-log.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";
import type { StateStore } from "../../src/store/store.ts";
import { createClock } from "../services/scope.ts";
import { breakableStore, countedStore } from "../support/stores.ts";

const DAY = 86_400;

function openLog() {
  const clock = createClock();
  const breakable = breakableStore(createMemoryStore(clock.now));
  const store = observed(breakable, { now: clock.now });
  const read = async (after: number) => (await store.list("log", { after: toEventSort(after) })).map(toLoggedEvent);
  return { clock, breakable, store, read, gaps: createEventGaps(store, "log") };
}

test("numbers follow each other, whoever appends, and cost two writes each", async () => {
  const shared = createMemoryStore();
  const counted = countedStore(shared);
  const append = (value: number): Promise<number> => appendEvent(observed(counted as StateStore), "log", String(value));
  const numbers = await Promise.all(Array.from({ length: 50 }, (_, value) => append(value)));
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(counted.counts).toEqual({ reads: 0, writes: 100 });
});

test("an append that may have happened happens once", async () => {
  const { store, breakable, read } = openLog();
  const attempt = {};
  const unsure = observed({
    ...breakable,
    async put(item, when) {
      await breakable.put(item, when);
      throw new Error("the answer was lost");
    },
  });
  await expect(appendEvent(unsure, "log", "[1]", attempt)).rejects.toThrow("lost");
  expect(await appendEvent(store, "log", "[1]", attempt)).toBe(1);
  expect(await read(0)).toMatchObject([{ number: 1, value: "[1]" }]);
});

test("the last number is known for longer than anybody remembers a place in the log, if somebody reads", async () => {
  const { store, clock } = openLog();
  await appendEvent(store, "log", "[1]");
  for (let day = 0; day < 30; day++) {
    clock.pass(DAY);
    expect(await lastNumber(store, "log")).toBe(1);
  }
  expect(await appendEvent(store, "log", "[2]")).toBe(2);
  clock.pass(9 * DAY);
  expect(await lastNumber(store, "log")).toBe(0);
});

describe("a number that was taken and is not written", () => {
  test("holds back what is behind it, until it is written", async () => {
    const { store, read, gaps } = openLog();
    const slow = await store.add({ partition: "last/log", sort: "number" }, 1, 2_000_000_000);
    await appendEvent(store, "log", "[2]");
    expect(await gaps.inOrder(await read(0), 0)).toEqual([]);
    expect(gaps.isHolding).toBe(true);
    await appendEvent(store, "log", "[1]", { number: slow });
    expect(await gaps.inOrder(await read(0), 0)).toMatchObject([{ value: "[1]" }, { value: "[2]" }]);
    expect(gaps.isHolding).toBe(false);
  });

  test("is given up, and its writer, who comes late, takes another: every reader sees the same", async () => {
    const { store, read, gaps, clock } = openLog();
    const slow = await store.add({ partition: "last/log", sort: "number" }, 1, 2_000_000_000);
    await appendEvent(store, "log", "[2]");
    expect(await gaps.inOrder(await read(0), 0)).toEqual([]);
    clock.pass(3);
    await gaps.inOrder(await read(0), 0);
    expect(await appendEvent(store, "log", "[1]", { number: slow })).toBe(3);
    const other = createEventGaps(store, "log");
    for (const reader of [gaps, other]) {
      expect((await reader.inOrder(await read(0), 0)).map(({ value }) => value)).toEqual(["[]", "[2]", "[1]"]);
    }
  });

  test("is given up at once by a reader that comes long after", async () => {
    const { store, read, gaps, clock } = openLog();
    await store.add({ partition: "last/log", sort: "number" }, 1, 2_000_000_000);
    await appendEvent(store, "log", "[2]");
    clock.pass(4);
    await gaps.inOrder(await read(0), 0);
    expect((await gaps.inOrder(await read(0), 0)).map(({ value }) => value)).toEqual(["[]", "[2]"]);
  });

  test("is passed over where the events before it have expired", async () => {
    const { store, read, gaps } = openLog();
    for (let number = 0; number < 200; number++) await appendEvent(store, "log", `[${number}]`);
    for (let number = 1; number < 150; number++) await store.delete({ partition: "log", sort: toEventSort(number) });
    expect((await gaps.inOrder(await read(0), 0))[0]).toMatchObject({ number: 150, value: "[149]" });
  });
});
