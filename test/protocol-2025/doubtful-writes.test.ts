import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { StateStore, StateWrite } from "../../src/adapter.ts";
import { AnycloudError, createMemoryStore } from "../../src/index.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { type ReadEvent, readStream } from "./stream-reader.ts";

/** Each of these is reported as a failure that leaves open whether the write happened. */
type Fault = "it did not happen" | "it happened";

/** A store whose writes of entries fail where `fault` says so. */
function doubtfulStore(fault: (entry: StateWrite) => Fault | undefined): StateStore {
  const store = createMemoryStore();
  return {
    ...store,
    async put(item, when) {
      const found = item.partition.startsWith("stream/") && item.sort !== "reader" ? fault(item) : undefined;
      const written = found === "it did not happen" ? item : await store.put(item, when);
      if (found) throw new AnycloudError("STORE_UNAVAILABLE", "Nobody knows: this test wants it so.");
      return { ...written, version: 1 };
    },
  };
}

const told = (events: readonly ReadEvent[]): unknown[] =>
  events.flatMap<unknown>(({ message }) => {
    const { progress } = (message?.params ?? {}) as { progress?: number };
    if (progress !== undefined) return [progress];
    return message ? [message.error ? "error" : "result"] : [];
  });

// Failures of the store are reported.
beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
afterEach(() => void vi.restoreAllMocks());

/** So long a writer is waited for, before its reader ends the stream. */
const times = (writerSilenceMs: number) => ({
  timings: { writerAvoidMs: 0, writerRetryMs: 20, writerPatienceMs: 5_000, writerSignMs: 50, writerSilenceMs },
});

describe.each<Fault>(["it happened", "it did not happen"])("an event whose write failed, when %s", (fault) => {
  /** A call whose third step is in doubt, and perhaps lost with its writer; its client leaves when it has that step. */
  async function doubt(isLost: boolean) {
    let isInDoubt = false;
    let hasReaderEnded = false;
    const store = doubtfulStore(({ value }) => {
      // An entry of a reader promises no further one.
      hasReaderEnded ||= value.includes('"aliveUntil":0');
      if (isInDoubt) return isLost && !hasReaderEnded ? "it did not happen" : undefined;
      isInDoubt = value.includes('"progress":3');
      return isInDoubt ? fault : undefined;
    });
    const instances = startInstances(createSessionServer(), { store }, times(isLost ? 500 : 12_000));
    const session = await instances.open();
    const stream = readStream(await session.call(0, "steps", { count: 5, gapMs: 100 }));
    for (let step = 1; step <= 3; step++) expect(told([await stream.message()])).toEqual([step]);
    await stream.leave();
    return { session, lastEventId: stream.lastEventId };
  }

  test("is told once", async () => {
    const { session, lastEventId } = await doubt(false);
    expect(told(await (await session.listen(1, lastEventId)).rest())).toEqual([4, 5, "result"]);
  });

  test("is told once, also where its writer is lost, and then the client learns of that", async () => {
    const { session, lastEventId } = await doubt(true);
    expect(told(await (await session.listen(1, lastEventId)).rest())).toEqual(["error"]);
  });

  test("is not waited for where it was the result", async () => {
    let doubts = 0;
    const store = doubtfulStore(({ value }) => (value.includes('"done"') && doubts++ === 0 ? fault : undefined));
    const session = await startInstances(createSessionServer(), { store }, times(500)).open();
    const stream = readStream(await session.call(0, "steps", { count: 2, gapMs: 20 }));
    expect(told(await stream.rest())).toEqual([1, 2, "result"]);
    const again = await session.get(1, stream.lastEventId);
    // Nobody writes what did not happen: the reader ends the stream.
    if (fault === "it happened") expect(again.status).toBe(204);
    else expect(told(await readStream(again).rest())).toEqual(["error"]);
  });
});

test("a client that comes back at will until it has its answer is told each event once, whatever becomes of the writes", async () => {
  let seed = 7;
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const run = async (): Promise<unknown[]> => {
    const failing = (): Fault => (random() < 0.5 ? "it happened" : "it did not happen");
    const store = doubtfulStore(() => (random() < 0.5 ? undefined : failing()));
    const session = await startInstances(createSessionServer(), { store }, times(1_500)).open();
    let stream = readStream(await session.call(0, "steps", { count: 8, gapMs: 15 }));
    const events: ReadEvent[] = [];
    for (let at = 0; ; ) {
      const event = await stream.next();
      if (!event) return told(events);
      events.push(event);
      const isAnswer = told([event]).some((what) => typeof what === "string");
      if (!event.message || isAnswer || !stream.lastEventId || random() < 0.5) continue;
      await stream.leave();
      const response = await session.get(++at, stream.lastEventId);
      if (response.status === 204) return told(events);
      stream = readStream(response);
    }
  };
  const runs = await Promise.all(Array.from({ length: 60 }, run));
  for (const events of runs) {
    expect(events).toEqual([...new Set(events)]);
    expect(events.filter((event) => typeof event === "string")).toHaveLength(1);
    expect(events.slice(0, -1)).toEqual(events.slice(0, -1).toSorted());
  }
});
