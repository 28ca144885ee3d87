import type { ChildProcess } from "node:child_process";
import { setImmediate as tick } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Instance } from "../../emulators/instance.ts";
import { createInstancePool, type InstancePool, type InstancePoolOptions } from "../../emulators/instances.ts";

interface FakeInstance extends Instance {
  readonly id: number;
  readonly stops: number[];
  crash(): void;
}

/** Instances that are not processes, and every instance that was ever started. */
function fakePool(options: Partial<InstancePoolOptions<FakeInstance>> = {}): {
  instances: InstancePool<FakeInstance>;
  started: FakeInstance[];
} {
  const started: FakeInstance[] = [];
  async function start(): Promise<FakeInstance> {
    const exit = Promise.withResolvers<string>();
    const stops: number[] = [];
    const instance: FakeInstance = {
      id: started.length,
      process: undefined as unknown as ChildProcess,
      exited: exit.promise,
      stops,
      crash: () => exit.resolve("SIGKILL"),
      async stop(graceMs = 0) {
        stops.push(graceMs);
        exit.resolve("SIGTERM");
      },
    };
    started.push(instance);
    return instance;
  }
  const defaults = { instances: 1, amnesia: false, concurrency: 1, maxInstances: 1, graceMs: 1000, start };
  return { instances: createInstancePool({ ...defaults, ...options }), started };
}

/** Whether a promise has settled once everything that can run has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  for (let turn = 0; turn < 5; turn++) await tick();
  return done;
}

async function leaseIds(instances: InstancePool<FakeInstance>, count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let request = 0; request < count; request++) {
    const lease = await instances.lease();
    ids.push(lease.instance.id);
    lease.release();
  }
  return ids;
}

describe("a set of instances", () => {
  test("warms as many instances as wanted, once", async () => {
    const { instances, started } = fakePool({ instances: 3, maxInstances: 3 });
    await instances.warm();
    await instances.warm();
    expect(started).toHaveLength(3);
  });

  test("goes round its instances request by request", async () => {
    const { instances } = fakePool({ instances: 3, maxInstances: 3 });
    expect(await leaseIds(instances, 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  test("fills the instances it has before it starts another", async () => {
    const { instances, started } = fakePool({ concurrency: 2, maxInstances: 2 });
    const leases = [await instances.lease(), await instances.lease(), await instances.lease()];
    expect(leases.map((lease) => lease.instance.id)).toEqual([0, 0, 1]);
    expect(started).toHaveLength(2);
  });

  test("makes a request wait while every instance is full, and serves those waiting in their order", async () => {
    const { instances } = fakePool({ concurrency: 1, maxInstances: 1 });
    const first = await instances.lease();
    const order: string[] = [];
    const second = instances.lease().then((lease) => {
      order.push("second");
      return lease;
    });
    const third = instances.lease().then((lease) => {
      order.push("third");
      return lease;
    });
    expect(await settled(second)).toBe(false);
    first.release();
    (await second).release();
    (await third).release();
    expect(order).toEqual(["second", "third"]);
  });

  test("frees a slot once, however often it is released", async () => {
    const { instances } = fakePool({ concurrency: 1, maxInstances: 1 });
    const first = await instances.lease();
    first.release();
    first.release();
    await instances.lease();
    expect(await settled(instances.lease())).toBe(false);
  });

  test("replaces an instance that died, and wakes a request that waited for it", async () => {
    const { instances, started } = fakePool({ concurrency: 1, maxInstances: 1 });
    await instances.lease();
    const waiting = instances.lease();
    expect(await settled(waiting)).toBe(false);
    started[0]?.crash();
    expect((await waiting).instance.id).toBe(1);
  });

  test("never hands out an instance that died between two requests", async () => {
    const { instances, started } = fakePool({ instances: 2, maxInstances: 2 });
    await instances.warm();
    started[1]?.crash();
    await tick();
    expect(await leaseIds(instances, 4)).not.toContain(1);
  });

  test("reports a start that fails to the request and to warm(), and tries again for the next", async () => {
    let attempt = 0;
    const { instances, started } = fakePool();
    const good = await instances.lease();
    const broken = fakePool({
      start: async () => {
        attempt += 1;
        if (attempt <= 2) throw new Error("does not start");
        return good.instance;
      },
    });
    await expect(broken.instances.warm()).rejects.toThrow("does not start");
    await expect(broken.instances.lease()).rejects.toThrow("does not start");
    expect((await broken.instances.lease()).instance).toBe(good.instance);
    expect(started).toHaveLength(1);
  });
});

describe("a set of instances with amnesia", () => {
  test("serves each request from an instance of its own and stops it afterwards", async () => {
    const { instances, started } = fakePool({ amnesia: true, instances: 3, concurrency: 80, maxInstances: 3 });
    expect(await leaseIds(instances, 4)).toEqual([0, 1, 2, 3]);
    expect(started.slice(0, 4).map((instance) => instance.stops)).toEqual([[1000], [1000], [1000], [1000]]);
    expect(started[4]?.stops).toEqual([]);
  });

  test("uses up those started ahead before it starts another", async () => {
    const { instances, started } = fakePool({ amnesia: true, instances: 3, maxInstances: 3 });
    await instances.warm();
    expect(started).toHaveLength(3);
    expect(new Set(await leaseIds(instances, 2)).size).toBe(2);
    expect(started).toHaveLength(3);
    await leaseIds(instances, 1);
    expect(started).toHaveLength(4);
  });

  test("starts those ahead one after the other", async () => {
    let starts = 0;
    const start = (): Promise<never> => {
      starts++;
      return new Promise(() => {});
    };
    const { instances } = fakePool({ amnesia: true, instances: 3, maxInstances: 3, start });
    expect(await settled(instances.warm())).toBe(false);
    expect(starts).toBe(1);
  });

  test("gives requests at the same time different instances", async () => {
    const { instances } = fakePool({ amnesia: true, concurrency: 80, maxInstances: 9 });
    const leases = await Promise.all([instances.lease(), instances.lease(), instances.lease()]);
    expect(new Set(leases.map((lease) => lease.instance.id)).size).toBe(3);
  });
});

describe("a set of instances that is replaced", () => {
  test("stops idle instances at once and busy ones after their last request", async () => {
    const { instances, started } = fakePool({ instances: 2, concurrency: 2, maxInstances: 2 });
    const busy = [await instances.lease(), await instances.lease(), await instances.lease()];
    busy[1]?.release();
    await instances.replace();
    expect(started.map((instance) => instance.stops.length)).toEqual([0, 1, 0, 0]);
    busy[0]?.release();
    await tick();
    expect(started[0]?.stops).toEqual([]);
    busy[2]?.release();
    await tick();
    expect(started[0]?.stops).toEqual([1000]);
    expect((await leaseIds(instances, 2)).toSorted()).toEqual([2, 3]);
  });

  test("serves those who waited for the old instances from the new ones", async () => {
    const { instances } = fakePool({ concurrency: 2, maxInstances: 1 });
    await Promise.all([instances.lease(), instances.lease()]);
    const waiting = [instances.lease(), instances.lease()];
    expect(await settled(Promise.race(waiting))).toBe(false);
    await instances.replace();
    expect((await Promise.all(waiting)).map((lease) => lease.instance.id)).toEqual([1, 1]);
  });
});

describe("a set of instances that is closed", () => {
  test("stops every instance, the retired ones included", async () => {
    const { instances, started } = fakePool({ instances: 2, maxInstances: 2 });
    await instances.lease();
    await instances.replace();
    await instances.close();
    expect(started).toHaveLength(4);
    for (const instance of started) expect(instance.stops.length).toBeGreaterThan(0);
  });

  test("stops an instance that was still starting", async () => {
    const { instances, started } = fakePool();
    const lease = instances.lease();
    await instances.close();
    await lease;
    expect(started[0]?.stops).toEqual([1000]);
  });

  test("refuses waiting and later requests, and a reload that comes too late", async () => {
    const { instances, started } = fakePool();
    await instances.lease();
    const waiting = instances.lease();
    await instances.close();
    await expect(waiting).rejects.toThrow("The emulator is closed.");
    await expect(instances.lease()).rejects.toThrow("The emulator is closed.");
    await expect(instances.replace()).rejects.toThrow("The emulator is closed.");
    expect(started).toHaveLength(1);
  });
});
