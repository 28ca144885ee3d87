import { describe, expect, test } from "vitest";
import { type Fault, faults, startFaultProxy, THROTTLED } from "./fault-proxy.ts";
import { setUpFaultyNetwork, unavailable } from "./faulty-network.ts";
import { inAnHour } from "./store-under-test.ts";

const network = setUpFaultyNetwork();

describe("a write whose answer is lost", () => {
  test.for<Fault>(["answer lost", "answer cut"])("is no conflict with itself (%s)", async (fault) => {
    const { proxy, store, other, item } = network;
    proxy.plan = faults("PutItem", fault);
    const first = await store.put(item, "absent");
    expect(await other.get(item)).toEqual(first);
    proxy.plan = faults("PutItem", "passes", "passes", fault, fault);
    const second = await store.put({ ...item, value: "second" }, { version: first.version });
    expect(await other.get(item)).toEqual(second);
    expect(proxy.seen).toEqual(["PutItem", "PutItem", "GetItem", "PutItem", "PutItem", "PutItem", "GetItem"]);
  });

  test("is one that somebody else has built upon", async () => {
    const { proxy, store, other, item } = network;
    proxy.plan = async (operation, nth) => {
      if (operation !== "PutItem") return "passes";
      if (nth === 2) {
        const { version = 0 } = (await other.get(item)) ?? {};
        await other.put({ ...item, value: "theirs" }, { version });
      }
      return nth === 1 ? "answer lost" : "passes";
    };
    await store.put(item, "absent");
    expect(await other.get(item)).toMatchObject({ value: "theirs" });
  });

  test("is not called a conflict when nobody can tell any more", async () => {
    const { proxy, store, other, item } = network;
    proxy.plan = async (operation, nth) => {
      if (operation !== "PutItem") return "passes";
      if (nth === 2) {
        const { version } = await other.put({ ...item, value: "theirs" });
        await other.put({ ...item, value: "theirs, too" }, { version });
      }
      return nth === 1 ? "answer lost" : "passes";
    };
    await expect(store.put(item, "absent")).rejects.toMatchObject(unavailable(/may or may not/));
  });

  test.for(["absent", "version"])("is a conflict when it was never applied and lost (%s)", async (kind) => {
    const { proxy, store, other, item } = network;
    const when = kind === "absent" ? kind : { version: (await other.put(item)).version };
    proxy.plan = async (operation, nth) => {
      if (operation !== "PutItem") return "passes";
      if (nth === 2) await other.put({ ...item, value: "theirs" }, when);
      return nth === 1 ? "reset" : "passes";
    };
    await expect(store.put(item, when)).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    expect(await other.get(item)).toMatchObject({ value: "theirs" });
  });

  test("counts once, and the caller is told that it is not known", async () => {
    const { proxy, store, other, item } = network;
    proxy.plan = faults("UpdateItem", "answer lost");
    await expect(store.add(item, 1, inAnHour())).rejects.toMatchObject(unavailable(/did not answer/));
    expect(await other.get(item)).toMatchObject({ value: "1" });
    expect(proxy.seen).toEqual(["UpdateItem"]);
  });

  test("deletes once", async () => {
    const { proxy, store, other, item } = network;
    await other.put(item);
    proxy.plan = faults("DeleteItem", "answer lost");
    await store.delete(item);
    expect(await other.get(item)).toBeUndefined();
  });
});

test("an expired counter that somebody else begins again meanwhile is added to", async () => {
  const { proxy, open, other, item } = network;
  const expiresAt = inAnHour();
  await other.add(item, 50, expiresAt);
  const now = (): number => expiresAt * 1000;
  const [late, faster] = [open({ now }), open({ now, endpoint: network.engine.endpoint })];
  proxy.plan = async (_operation, nth): Promise<Fault> => {
    if (nth === 2) await faster.add(item, 1, expiresAt + 60);
    return "passes";
  };
  expect(await late.add(item, 1, expiresAt + 60)).toBe(2);
  expect(await faster.add(item, 1, expiresAt + 60)).toBe(3);
});

describe("a store that is busy", () => {
  test("is asked again, and counts what it is told to once", async () => {
    const { proxy, store, item } = network;
    proxy.plan = (_operation, nth) => (nth <= 4 ? THROTTLED : "passes");
    const written = await store.put(item, "absent");
    expect(await store.get(item)).toEqual(written);
    expect(await store.list(item.partition)).toEqual([written]);
    await store.delete(item);
    expect(await store.add(item, 1, inAnHour())).toBe(1);
  });

  test("is given up when it stays so", async () => {
    const { proxy, item } = network;
    const hasty = network.open({ timeoutMs: 1_500 });
    proxy.plan = () => THROTTLED;
    await expect(hasty.put(item)).rejects.toMatchObject(unavailable(/throttled/));
    await expect(hasty.add(item, 1, inAnHour())).rejects.toMatchObject(unavailable(/throttled/));
    expect(proxy.seen.length).toBeGreaterThan(4);
  });

  test("is asked again after it failed", async () => {
    const { proxy, store, other, item } = network;
    proxy.plan = faults("GetItem", { status: 500, error: "InternalServerError" }, "reset", "answer cut");
    const written = await other.put(item);
    expect(await store.get(item)).toEqual(written);
    proxy.plan = () => ({ status: 503, error: "ServiceUnavailable" });
    await expect(store.list(item.partition)).rejects.toMatchObject(unavailable(/failed/));
  });
});

describe("a store that cannot be reached", () => {
  test("is not an absent item, and is there again when it is there again", async () => {
    const { engine, store, other, item } = network;
    const written = await other.put(item);
    const { endpoint } = network.proxy;
    await store.get(item);
    await network.proxy.close();
    await expect(store.get(item)).rejects.toMatchObject(unavailable(/cannot be reached/));
    await expect(store.put(item)).rejects.toMatchObject(unavailable(new RegExp(engine.table)));
    await expect(store.list(item.partition)).rejects.toMatchObject(unavailable(/AWS_ENDPOINT_URL_DYNAMODB/));
    network.proxy = await startFaultProxy(engine.endpoint, Number(new URL(endpoint).port));
    expect(await store.get(item)).toEqual(written);
  });

  test("is given up after several attempts when it never answers", async () => {
    const { proxy, item } = network;
    const hasty = network.open({ attemptTimeoutMs: 100, timeoutMs: 350 });
    proxy.plan = () => "black hole";
    const began = performance.now();
    await expect(hasty.get(item)).rejects.toMatchObject(unavailable(/in time/));
    // Ended by the sum of the attempts, not by what a client or a platform gives up after.
    expect((performance.now() - began) / 350).toBeLessThan(20);
    expect(proxy.seen.length).toBeGreaterThan(1);
    await expect(hasty.add(item, 1, inAnHour())).rejects.toMatchObject(unavailable(/in time/));
    expect(proxy.seen.filter((operation) => operation === "UpdateItem")).toHaveLength(1);
  });
});
