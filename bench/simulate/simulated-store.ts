import type { StateStore } from "../../src/adapter.ts";
import { freshMeter, type Meter, meteredStore } from "../metered-store.ts";

/** Units that one partition serves in a second (DynamoDB Developer Guide, "Designing partition keys to distribute your workload"). */
const PARTITION_LIMIT = { readUnits: 3_000, writeUnits: 1_000 };

/** The busiest second of one partition. */
export interface Peak {
  partition: string;
  readUnits: number;
  writeUnits: number;
}

export interface SimulatedStore {
  readonly store: StateStore;
  /** Everything since the last call of `reset`. */
  readonly meter: Meter;
  readonly peaks: { reads: Peak; writes: Peak };
  /** Operations that a partition was too busy for. */
  throttled: number;
  reset(): void;
}

const noPeak = (): Peak => ({ partition: "none", readUnits: 0, writeUnits: 0 });

/**
 * A database at a distance of some milliseconds, which counts what it is asked, and lets operations wait on which a partition would
 * exceed its limits, as a client does that is throttled.
 */
export function createSimulatedStore(inner: StateStore): SimulatedStore {
  const meter = freshMeter();
  const simulated: SimulatedStore = {
    meter,
    peaks: { reads: noPeak(), writes: noPeak() },
    throttled: 0,
    reset() {
      Object.assign(meter, freshMeter());
      Object.assign(simulated, { peaks: { reads: noPeak(), writes: noPeak() }, throttled: 0 });
      loads.clear();
    },
    store: undefined as unknown as StateStore,
  };
  const loads = new Map<string, Peak & { second: number }>();

  function loadOf(partition: string): Peak {
    const second = Math.floor(Date.now() / 1000);
    const known = loads.get(partition);
    if (known?.second === second) return known;
    const load = { partition, second, readUnits: 0, writeUnits: 0 };
    loads.set(partition, load);
    return load;
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  async function at<Result>(partition: string, operation: (metered: StateStore) => Promise<Result>): Promise<Result> {
    await pause(1 + Math.random() * 4);
    for (let delayMs = 25; ; delayMs = Math.min(1_000, delayMs * 2)) {
      const { readUnits, writeUnits } = loadOf(partition);
      if (readUnits < PARTITION_LIMIT.readUnits && writeUnits < PARTITION_LIMIT.writeUnits) break;
      simulated.throttled += 1;
      await pause(Math.random() * delayMs);
    }
    const own = freshMeter();
    const result = await operation(meteredStore(inner, own)).finally(() => {
      for (const field of Object.keys(own) as (keyof Meter)[]) meter[field] += own[field];
      const load = loadOf(partition);
      load.readUnits += own.readUnits;
      load.writeUnits += own.writeUnits;
      const { reads, writes } = simulated.peaks;
      if (load.readUnits > reads.readUnits) simulated.peaks.reads = { ...load };
      if (load.writeUnits > writes.writeUnits) simulated.peaks.writes = { ...load };
    });
    await pause(1 + Math.random() * 4);
    return result;
  }

  const store: StateStore = {
    get: (key) => at(key.partition, (metered) => metered.get(key)),
    put: (item, when) => at(item.partition, (metered) => metered.put(item, when)),
    delete: (key) => at(key.partition, (metered) => metered.delete(key)),
    list: (partition, range) => at(partition, (metered) => metered.list(partition, range)),
    add: (key, amount, expiresAt) => at(key.partition, (metered) => metered.add(key, amount, expiresAt)),
  };
  return Object.assign(simulated, { store });
}
