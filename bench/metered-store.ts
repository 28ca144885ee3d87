import type { StateItem, StateStore } from "../src/adapter.ts";

/** The operations on a store, counted as DynamoDB counts them. */
export interface Meter {
  reads: number;
  writes: number;
  /** Read or written. */
  bytes: number;
  readBytes: number;
  /** Reads cost a unit for each 4 KB, and eventually consistent ones half (DynamoDB Developer Guide, "Read request units"). */
  readUnits: number;
  /** Writes cost a unit for each KB ("Write request units"). */
  writeUnits: number;
}

export const freshMeter = (): Meter => ({ reads: 0, writes: 0, bytes: 0, readBytes: 0, readUnits: 0, writeUnits: 0 });

/** The bytes of an item beside its key and value: `expiresAt`, `version`, and the names of the attributes. */
const OVERHEAD_BYTES = 50;

/** The same store, which counts its operations in `meter`. */
export function meteredStore(store: StateStore, meter: Meter): StateStore {
  const read = (items: readonly StateItem[], eventual = false): void => {
    const bytes = items.reduce((sum, item) => sum + sizeOf(item), 0);
    meter.reads += 1;
    meter.bytes += bytes;
    meter.readBytes += bytes;
    meter.readUnits += Math.max(1, Math.ceil(bytes / 4096)) * (eventual ? 0.5 : 1);
  };
  const write = (bytes: number): void => {
    meter.writes += 1;
    meter.bytes += bytes;
    meter.writeUnits += Math.max(1, Math.ceil(bytes / 1024));
  };
  return {
    async get(key) {
      const item = await store.get(key);
      read(item ? [item] : []);
      return item;
    },
    async list(partition, range) {
      const items = await store.list(partition, range);
      read(items, range?.eventual);
      return items;
    },
    put(item, when) {
      write(sizeOf(item));
      return store.put(item, when);
    },
    delete(key) {
      write(0);
      return store.delete(key);
    },
    add(key, amount, expiresAt) {
      write(OVERHEAD_BYTES);
      return store.add(key, amount, expiresAt);
    },
  };
}

const sizeOf = ({ partition, sort, value }: { partition: string; sort: string; value: string }): number =>
  Buffer.byteLength(partition) + Buffer.byteLength(sort) + Buffer.byteLength(value) + OVERHEAD_BYTES;

/** US dollars for a million on-demand units in us-east-1 (aws.amazon.com/dynamodb/pricing/on-demand, November 2026). */
const DOLLARS_PER_MILLION = { readUnits: 0.125, writeUnits: 0.625 };

/** The price of a million such calls, where `meter` counted so many `calls`. */
export const dollarsPerMillion = ({ readUnits, writeUnits }: Meter, calls: number): number =>
  (readUnits * DOLLARS_PER_MILLION.readUnits + writeUnits * DOLLARS_PER_MILLION.writeUnits) / calls;
