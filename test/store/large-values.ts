import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { MAX_VALUE_BYTES, type StateStore } from "../../src/adapter.ts";
import { inAnHour, type StoreUnderTest } from "./store-under-test.ts";

/** Eleven bytes in characters of all lengths, so that slices of a round number of bytes would end within characters. */
const MIXED = "€éa😀b";

const ofBytes = (bytes: number): string => {
  const unit = Buffer.byteLength(MIXED);
  return MIXED.repeat(Math.floor(bytes / unit)) + "x".repeat(bytes % unit);
};

/** The contract for values that a backend has to take apart. */
export function describeLargeValues({ open, speed }: StoreUnderTest): void {
  let store: StateStore;
  beforeAll(() => {
    store = open();
  });

  test.each([399_999, 400_000, 400_001, 1_048_576, MAX_VALUE_BYTES])("keeps a value of %i bytes", async (bytes) => {
    const item = { partition: randomUUID(), sort: "large", value: ofBytes(bytes), expiresAt: inAnHour() };
    const written = await store.put(item);
    const read = await store.get(item);
    // Not compared by `toEqual`, whose report of a difference would take minutes.
    expect(read?.value === item.value).toBe(true);
    expect(read?.version).toBe(written.version);
    const [listed, ...others] = await store.list(item.partition);
    expect(listed?.value === item.value && others.length === 0).toBe(true);
    await store.put({ ...item, value: "small again" }, { version: written.version });
    expect(await store.get(item)).toMatchObject({ value: "small again" });
    await store.put(item);
    await store.delete(item);
    expect(await store.list(item.partition)).toEqual([]);
  });

  test("a reader sees a whole value while large values replace each other", async () => {
    const partition = randomUUID();
    const rounds = speed > 1 ? 6 : 2;
    const whole = new Set(["A", "B", "C"].map((name) => name.repeat(900_000)));
    const write = async (value: string): Promise<void> => {
      const writer = open();
      for (let i = 0; i < rounds; i++) await writer.put({ partition, sort: "large", value, expiresAt: inAnHour() });
    };
    const [first = ""] = whole;
    await store.put({ partition, sort: "large", value: first, expiresAt: inAnHour() });
    let writing = true;
    let reads = 0;
    const writers = Promise.all([...whole].map(write)).finally(() => {
      writing = false;
    });
    // On a busy machine the writers may be done before the second read.
    while (writing || reads < 2) {
      const read = await store.get({ partition, sort: "large" });
      const [listed] = await store.list(partition);
      expect(whole.has(read?.value ?? "") && whole.has(listed?.value ?? "")).toBe(true);
      reads++;
    }
    await writers;
  });
}
