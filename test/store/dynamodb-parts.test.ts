import { describe, expect, test } from "vitest";
import type { Fault } from "./fault-proxy.ts";
import { misconfigured, setUpFaultyNetwork } from "./faulty-network.ts";

const network = setUpFaultyNetwork();

const large = (name: string): string => name.repeat(900_000);

/** Parts that lie in the table, by the write they belong to. */
async function partsInTable(): Promise<Set<string>> {
  const keys = (await network.engine.scan()).map(({ pk }) => pk?.S ?? "");
  return new Set(keys.filter((key) => key.startsWith("part/")));
}

describe("a value in parts", () => {
  test("leaves nothing behind when it is replaced or deleted", async () => {
    const { store, item } = network;
    const before = await partsInTable();
    await store.put({ ...item, value: large("A") });
    await store.put({ ...item, value: large("B") });
    expect((await partsInTable()).size).toBe(before.size + 1);
    await store.put(item);
    expect(await partsInTable()).toEqual(before);
    await store.put({ ...item, value: large("C") });
    await store.delete(item);
    expect(await partsInTable()).toEqual(before);
    const { version } = await store.put(item);
    await expect(store.put({ ...item, value: large("D") }, { version: version + 1 })).rejects.toThrow();
    expect(await partsInTable()).toEqual(before);
  });

  test.for([1, 2, 3, 4])("leaves the old value whole when request %i of its write fails", async (failing) => {
    const { proxy, store, other, item } = network;
    const old = await other.put({ ...item, value: large("A") });
    let passed = 0;
    proxy.plan = () => (++passed === failing ? { status: 400, error: "AccessDeniedException" } : "passes");
    const writing = store.put({ ...item, value: large("B") }, { version: old.version });
    await expect(writing).rejects.toMatchObject(misconfigured(/do not allow/));
    expect((await other.get(item))?.value === old.value).toBe(true);
    expect((await other.list(item.partition)).length).toBe(1);
  });

  test("is there, and no conflict, when the answer to its last request is lost", async () => {
    const { proxy, store, other, item } = network;
    let lost = 0;
    proxy.plan = (_operation, _nth, body) => (body.includes("partCount") && !lost++ ? "answer lost" : "passes");
    const written = await store.put({ ...item, value: large("A") }, "absent");
    const read = await other.get(item);
    expect(read?.value === written.value && read.version === written.version).toBe(true);
    expect(lost).toBeGreaterThan(1);
  });

  test("is whole even when a write that was repeated arrives after it was replaced", async () => {
    const { proxy, store, other, item } = network;
    let lost = 0;
    proxy.plan = (_operation, _nth, body) => (body.includes("partCount") && !lost++ ? "late" : "passes");
    await store.put({ ...item, value: large("A") });
    await other.put({ ...item, value: "theirs" });
    expect(await other.get(item)).toMatchObject({ value: "theirs" });
    await proxy.deliverLate();
    expect((await other.get(item))?.value === large("A")).toBe(true);
  });

  test.for(["get", "list"] as const)("is read again when it is replaced while it is read (%s)", async (verb) => {
    const { proxy, store, other, item } = network;
    await store.put({ ...item, value: large("A") });
    let replaced = 0;
    proxy.plan = async (_operation, _nth, body): Promise<Fault> => {
      if (body.includes("part/") && !replaced++) await other.put({ ...item, value: "theirs" });
      return "passes";
    };
    const read = verb === "get" ? await store.get(item) : (await store.list(item.partition))[0];
    expect(read).toMatchObject({ value: "theirs" });
  });

  test("that lacks a part is a failure, neither absence nor another value", async () => {
    const { engine, store, item } = network;
    const before = await partsInTable();
    await store.put({ ...item, value: large("A") });
    const part = (await engine.scan()).find(({ pk }) => pk?.S?.startsWith("part/") && !before.has(pk.S));
    await engine.remove(part ?? {});
    await expect(store.get(item)).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringMatching(/lacks/),
    });
  });
});
