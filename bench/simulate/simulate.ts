import { createHash } from "node:crypto";
import type { HttpResponse } from "../../src/adapter.ts";
import { createEndpoint } from "../../src/endpoint.ts";
import { createChangeEvents } from "../../src/services/change-events.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";
import { type Instance, openSession, toInstance } from "../bench-instances.ts";
import { createBenchServer } from "../bench-server.ts";
import { modernRequest, toolCall } from "../messages.ts";
import type { Meter } from "../metered-store.ts";
import { createSimulatedStore, type Peak } from "./simulated-store.ts";
import { startVirtualTime } from "./virtual-time.ts";

export interface SimulationOptions {
  readonly instances: number;
  /** Standalone streams, spread over the instances. */
  readonly streams: number;
  /** Plain calls in a second, in sessions from all of them. */
  readonly callsPerSecond: number;
  /** Changes in a second that all streams hear. */
  readonly changesPerSecond: number;
  /** Seconds that are measured, of virtual time. */
  readonly seconds: number;
}

export interface Simulation {
  readonly options: SimulationOptions;
  /** The operations in the seconds that were measured. */
  readonly meter: Meter;
  readonly busiest: { readonly reads: Peak; readonly writes: Peak };
  readonly throttled: number;
  /** Messages that streams received, of those that were due. */
  readonly heard: number;
  readonly due: number;
  /** Milliseconds from a change to a stream of another instance that heard of it. */
  readonly delaysMs: readonly number[];
}

/** Sessions and streams before anything is measured, at a time. */
const BATCH = 100;
/** Seconds in which the pauses of the readers settle. */
const SETTLE_SECONDS = 30;

/** Runs the endpoint as it is, so many times, over one simulated database, in virtual time. */
export async function simulate(options: SimulationOptions): Promise<Simulation> {
  using time = startVirtualTime();
  const simulated = createSimulatedStore(createMemoryStore());
  const limits = { rateLimits: [{ of: "session", limit: 1_000_000, windowSeconds: 60 }], maxStreams: 100_000 } as const;
  const instances = Array.from({ length: options.instances }, () =>
    toInstance(
      createEndpoint(createBenchServer, { ...limits, logLevel: "silent", store: simulated.store }, {}),
      address,
    ),
  );
  const instanceOf = (number: number): Instance => instances[number % instances.length] as Instance;
  let heard = 0;
  let changedAt = 0;
  const delaysMs: number[] = [];

  async function read({ body }: HttpResponse): Promise<void> {
    for await (const chunk of body as AsyncIterable<string>) {
      if (!chunk.includes("list_changed")) continue;
      heard += 1;
      delaysMs.push(Date.now() - changedAt);
    }
  }

  const sessions: Record<string, string>[] = [];
  /** Lets time pass until the work is done. */
  async function during<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    while (!isDone) await time.pass(5);
    return done;
  }
  for (let opened = 0; opened < options.streams; opened += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, options.streams - opened) }, (_, index) => opened + index);
    await during(
      Promise.all(
        numbers.map(async (number) => {
          const session = await openSession(instanceOf(number + 1));
          sessions.push(session);
          void read(await instanceOf(number)(undefined, session, "GET"));
        }),
      ),
    );
  }
  await time.pass(SETTLE_SECONDS * 1_000);
  simulated.reset();
  heard = 0;
  delaysMs.length = 0;
  const pending: Promise<unknown>[] = [];
  let changes = 0;
  let calls = 0;
  for (let second = 0; second < options.seconds; second++) {
    for (let change = 0; change < dueIn(second, options.changesPerSecond); change++) {
      changedAt = Date.now();
      changes += 1;
      pending.push(instanceOf(second * 7)(...modernRequest("tools/call", { name: "change", arguments: {} })));
    }
    for (let call = 0; call < dueIn(second, options.callsPerSecond); call++) {
      calls += 1;
      const number = calls;
      pending.push(instanceOf(spread(number))(toolCall("echo", { text: "hi" }), sessions[number % sessions.length]));
    }
    await time.pass(1_000);
  }
  await time.pass(2_000);
  await during(Promise.all(pending));
  const { meter, peaks: busiest, throttled } = simulated;
  return { options, meter: { ...meter }, busiest, throttled, heard, due: changes * options.streams, delaysMs };
}

/** How many of something are due in a second, of which there may be less than one in a second. */
const dueIn = (second: number, rate: number): number => Math.floor((second + 1) * rate) - Math.floor(second * rate);

let addresses = 0;

/** Clients are at addresses of their own, so that no limit of one caller is a load of one partition. */
function address(): string {
  addresses += 1;
  return `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

/** Any number, as another one far away. */
const spread = (number: number): number => createHash("sha256").update(String(number)).digest().readUInt32BE();

/** So many instances publish a change at the same moment; the milliseconds until one that listens has heard all of them. */
export async function simulatePublishers(publishers: number): Promise<{ ms: number; heard: number; meter: Meter }> {
  using time = startVirtualTime();
  const simulated = createSimulatedStore(createMemoryStore());
  const heard = new Set<string>();
  const listening = new AbortController();
  const onEntry = ({ events }: { readonly events: readonly object[] }): void => {
    for (const event of events) heard.add(JSON.stringify(event));
  };
  const following = createChangeEvents(observed(simulated.store)).follow({ onEntry, signal: listening.signal });
  await time.pass(100);
  await following;
  simulated.reset();
  const began = Date.now();
  const published = Array.from({ length: publishers }, (_, number) =>
    createChangeEvents(observed(simulated.store)).publish({ kind: "resource_updated", uri: `note://${number}` }),
  );
  while (heard.size < publishers && Date.now() - began < 60_000) await time.pass(50);
  const ms = Date.now() - began;
  await Promise.all(published);
  listening.abort();
  return { ms, heard: heard.size, meter: { ...simulated.meter } };
}
