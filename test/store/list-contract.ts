import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { StateRange, StateStore } from "../../src/adapter.ts";
import { inAnHour, type StoreUnderTest } from "./store-under-test.ts";

/** Keys whose order, or whose being a prefix of each other, is easy to get wrong. */
export const STRANGE_KEYS: readonly string[] = [
  ...["\0", " ", "/", "A", "a", "a\0", "a\0b", "a/", "a/1", "a/10", "a/2", "aa", "b", "ÿ", "é", "e\u0301"],
  // UTF-16 has the last two of these before the others, UTF-8 behind them.
  ...["\ud7ff", "\ue000", "\ufffd", "\uffff", "\u{10000}", "\u{10ffff}"],
  ...["a\uffff", "a\u{10ffff}", "a\u{10ffff}\u{10ffff}z", "x".repeat(256)],
];

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The keys in a range, by the simplest possible code. */
export function keysInRange(keys: readonly string[], range: StateRange): string[] {
  const { prefix = "", after, limit = keys.length, reverse } = range;
  const found = keys
    .filter((key) => key.startsWith(prefix) && (after === undefined || byBytes(key, after) > 0))
    .sort(byBytes);
  return (reverse ? found.reverse() : found).slice(0, limit);
}

/** The contract of `list`. */
export function describeLists({ open, speed }: StoreUnderTest): void {
  let store: StateStore;
  beforeAll(() => {
    store = open();
  });
  const fill = async (partition: string, keys: readonly string[], value = "v"): Promise<void> => {
    await Promise.all(keys.map((sort) => store.put({ partition, sort, value, expiresAt: inAnHour() })));
  };
  const sortsOf = async (partition: string, range?: StateRange): Promise<string[]> =>
    (await store.list(partition, range)).map(({ sort }) => sort);

  test("lists in the order of UTF-8, by prefix, after a key, in reverse, up to a limit", async () => {
    const partition = randomUUID();
    await fill(partition, STRANGE_KEYS);
    const bounds = [undefined, "", "zz", "a/0", ...STRANGE_KEYS];
    // dynalite holds the bounds that follow from these for the wrong way round: it compares them as UTF-16.
    const prefixes = bounds.filter((bound) => !bound?.endsWith("\uffff"));
    const ranges = prefixes.flatMap((prefix) =>
      bounds.flatMap((after) =>
        [false, true].map((reverse) => ({
          ...(prefix !== undefined && { prefix }),
          ...(after !== undefined && { after }),
          reverse,
        })),
      ),
    );
    // All of them where that takes no time, else those that combine a few.
    const chosen = speed > 1 ? ranges : ranges.filter((_, i) => i % 97 === 0);
    for (const range of chosen) {
      expect([range, await sortsOf(partition, range)]).toEqual([range, keysInRange(STRANGE_KEYS, range)]);
    }
    for (const limit of [0, 1, 3, 1000]) {
      const range = { limit, prefix: "a" };
      expect(await sortsOf(partition, range)).toEqual(keysInRange(STRANGE_KEYS, range));
    }
  });

  test("partitions know nothing of each other, whatever their names", async () => {
    const base = randomUUID();
    const names = [base, `${base}/`, `${base}\0`, `item/${base}`, `part/${base}`];
    for (const name of names) await fill(name, [`of ${name}`]);
    for (const name of names) expect(await sortsOf(name)).toEqual([`of ${name}`]);
  });

  test("lists more than the megabyte that a backend may answer at a time", async () => {
    const partition = randomUUID();
    const keys = Array.from({ length: 15 }, (_, i) => String(i).padStart(2, "0"));
    await fill(partition, keys, "v".repeat(100_000));
    expect(await sortsOf(partition)).toEqual(keys);
    expect(await sortsOf(partition, { after: "01", limit: 12 })).toEqual(keys.slice(2, 14));
    expect(await sortsOf(partition, { reverse: true })).toEqual(keys.toReversed());
  });

  test("finds as many as asked for behind any number of expired items", async () => {
    let now = Date.now();
    const later = open(() => now);
    const partition = randomUUID();
    const expiresAt = Math.floor(now / 1000) + 10;
    const old = Array.from({ length: 40 }, (_, i) => `a${String(i).padStart(2, "0")}`);
    await Promise.all(old.map((sort) => later.put({ partition, sort, value: "v", expiresAt })));
    await fill(partition, ["b", "c", "d"]);
    now = expiresAt * 1000;
    const found = await later.list(partition, { limit: 2 });
    expect(found.map(({ sort }) => sort)).toEqual(["b", "c"]);
  });
}
