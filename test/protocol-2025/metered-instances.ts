import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { freshMeter, type Meter, meteredStore } from "../../bench/metered-store.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import type { StateWrite } from "../../src/store/store.ts";
import { recordedStore } from "../support/stores.ts";
import { type ClientSession, type InProcessInstances, startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { readStream, type StreamReader } from "./stream-reader.ts";

/** Most units that one request may cost, however large its message is. */
export const MOST_WRITES = 20;
export const MOST_READS = 2;
export const LONG: string = "x".repeat(1_000_000);

/** Instances over a store whose units are counted, and whose writes are kept. */
interface MeteredInstances extends InProcessInstances {
  readonly meter: Meter;
  readonly written: readonly StateWrite[];
  /** The units that `work` costs, with what goes on behind it for a while. */
  costOf(work: () => Promise<unknown>): Promise<{ reads: number; writes: number }>;
  /** Fails unless a call of the session costs as little as the first one does. */
  expectCheapCalls(session: ClientSession): Promise<void>;
}

export function startMetered(): MeteredInstances {
  const written: StateWrite[] = [];
  const meter = freshMeter();
  const recorded = recordedStore(createMemoryStore(), (item) => void written.push(item));
  const store = meteredStore(recorded, meter);
  const instances = startInstances(createSessionServer(), { store });

  async function costOf(work: () => Promise<unknown>): Promise<{ reads: number; writes: number }> {
    const before = { ...meter };
    await work();
    await sleep(20);
    return { reads: meter.readUnits - before.readUnits, writes: meter.writeUnits - before.writeUnits };
  }

  async function expectCheapCalls(session: ClientSession): Promise<void> {
    const { reads, writes } = await costOf(() => session.call(1, "echo", { text: "a" }));
    expect(reads).toBeLessThanOrEqual(MOST_READS);
    expect(writes).toBe(0);
  }
  return { ...instances, meter, written, costOf, expectCheapCalls };
}

/** A client that a tool asks: its stream, and the id of the question. */
export async function asked(session: ClientSession, tool = "think"): Promise<{ stream: StreamReader; id: string }> {
  const stream = readStream(await session.call(0, tool));
  const { message } = await stream.message();
  return { stream, id: message.id as string };
}

export const sampled = (text: string): object => ({ role: "assistant", model: "m", content: { type: "text", text } });
/** A client that can be asked. */
export const CLIENT: { readonly capabilities: object } = { capabilities: { sampling: {}, roots: {} } };
