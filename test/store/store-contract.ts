import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { StateStore, StateWrite } from "../../src/adapter.ts";
import { describeLargeValues } from "./large-values.ts";
import { describeLists } from "./list-contract.ts";
import { describeRaces } from "./race-contract.ts";
import { describeModel } from "./store-model.ts";
import { inAnHour, type StoreUnderTest } from "./store-under-test.ts";
import { describeWatch } from "./watch-contract.ts";

/** The contract of the storage port. */
export function describeStore(under: StoreUnderTest): void {
  describeVerbs(under);
  describeRaces(under);
  describeExpiry(under);
  describeLists(under);
  describeLargeValues(under);
  describeModel(under);
  if (under.pushes) describeWatch(under);
}

function describeVerbs({ open }: StoreUnderTest): void {
  let store: StateStore;
  let item: StateWrite;
  beforeAll(() => {
    store = open();
  });
  beforeEach(() => {
    item = { partition: randomUUID(), sort: "only", value: "first", expiresAt: inAnHour() };
  });

  test("an absent item is undefined, and deleting it is no error", async () => {
    expect(await store.get(item)).toBeUndefined();
    await store.delete(item);
    expect(await store.list(item.partition)).toEqual([]);
  });

  test("an item is read as it was written, with the version that the write told", async () => {
    const written = await store.put(item);
    expect(written).toEqual({ ...item, version: written.version });
    expect(await store.get(item)).toEqual(written);
    expect(await store.list(item.partition)).toEqual([written]);
  });

  test("a write without a condition replaces what there is, and gives it another version", async () => {
    const first = await store.put(item);
    const second = await store.put({ ...item, value: "", expiresAt: item.expiresAt + 1 });
    expect(second.version).not.toBe(first.version);
    expect(await store.get(item)).toEqual(second);
    expect(second.value).toBe("");
  });

  test("a deleted item is absent", async () => {
    await store.put(item);
    await store.delete(item);
    expect(await store.get(item)).toBeUndefined();
    expect(await store.list(item.partition)).toEqual([]);
  });

  test("'absent' writes what is not there and leaves what is", async () => {
    const first = await store.put(item, "absent");
    await expect(store.put({ ...item, value: "second" }, "absent")).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    expect(await store.get(item)).toEqual(first);
  });

  test("a version lets one write through, and none after it", async () => {
    const { version } = await store.put(item);
    const second = await store.put({ ...item, value: "second" }, { version });
    await expect(store.put({ ...item, value: "third" }, { version })).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    expect(await store.get(item)).toEqual(second);
  });

  test("a version is not that of an item which was deleted and made again", async () => {
    const { version } = await store.put(item);
    await store.delete(item);
    await expect(store.put(item, { version })).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    await store.put(item, "absent");
    await expect(store.put(item, { version })).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  test("a counter begins at 0, adds up, and is read as decimal text", async () => {
    expect(await store.add(item, 5, inAnHour())).toBe(5);
    expect(await store.add(item, -7, inAnHour() + 60)).toBe(-2);
    const read = await store.get(item);
    expect(read).toMatchObject({ value: "-2", sort: item.sort, partition: item.partition });
    expect(read?.expiresAt).toBeGreaterThan(item.expiresAt);
    await store.delete(item);
    expect(await store.add(item, 1, inAnHour())).toBe(1);
  });

  test("every store refuses the same invalid items", async () => {
    const refused = { partition: "p".repeat(1025), sort: "s".repeat(257) };
    await expect(store.get({ ...item, partition: refused.partition })).rejects.toThrow(RangeError);
    await expect(store.get({ ...item, sort: refused.sort })).rejects.toThrow(RangeError);
    await expect(store.delete({ ...item, sort: "" })).rejects.toThrow(RangeError);
    await expect(store.list("")).rejects.toThrow(RangeError);
    await expect(store.put({ ...item, sort: "\ud800" })).rejects.toThrow(RangeError);
    await expect(store.put({ ...item, value: "é".repeat(4_194_305) })).rejects.toThrow(RangeError);
    await expect(store.put({ ...item, expiresAt: 1.5 })).rejects.toThrow(RangeError);
    await expect(store.add(item, 1, Number.NaN)).rejects.toThrow(RangeError);
    const longest = { ...item, partition: refused.partition.slice(1), sort: refused.sort.slice(1) };
    expect(await store.get(await store.put(longest))).toMatchObject({ value: "first" });
  });
}

function describeExpiry({ open }: StoreUnderTest): void {
  test("an expired item is absent everywhere, whether or not it has been removed", async () => {
    let now = Date.now();
    const store = open(() => now);
    const expiresAt = Math.floor(now / 1000) + 10;
    const item = { partition: randomUUID(), sort: "s", value: "v", expiresAt };
    const counter = { partition: item.partition, sort: "t" };
    const { version } = await store.put(item);
    await store.add(counter, 5, expiresAt);
    now = expiresAt * 1000 - 1;
    expect(await store.list(item.partition)).toHaveLength(2);
    now = expiresAt * 1000;
    expect(await store.get(item)).toBeUndefined();
    expect(await store.get(counter)).toBeUndefined();
    expect(await store.list(item.partition)).toEqual([]);
    await expect(store.put({ ...item, expiresAt: expiresAt + 10 }, { version })).rejects.toMatchObject({
      code: "STATE_CONFLICT",
    });
    expect(await store.add(counter, 2, expiresAt + 10)).toBe(2);
    expect(await store.add(counter, 2, expiresAt + 10)).toBe(4);
    const again = await store.put({ ...item, expiresAt: expiresAt + 10 }, "absent");
    expect(await store.get(item)).toEqual(again);
  });
}
