import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { startVirtualTime } from "../../bench/simulate/virtual-time.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import type { StateStore } from "../../src/store/store.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { createSessionServer } from "../protocol-2025/session-servers.ts";
import { readStream } from "../protocol-2025/stream-reader.ts";
import { textOf } from "../support/messages.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The same store, and how many items it has that are not expired. The number that a session's log came to is kept for eight
 * days, so that it is longer there than any session: one item for each session is not counted.
 */
function countingItems(store: StateStore): StateStore & { items(): number } {
  const expiries = new Map<string, number>();
  const idOf = ({ partition, sort }: { partition: string; sort: string }): string => `${partition}\n${sort}`;
  return {
    get: (key) => store.get(key),
    list: (partition, range) => store.list(partition, range),
    async put(item, when) {
      const written = await store.put(item, when);
      expiries.set(idOf(item), item.expiresAt);
      return written;
    },
    async add(key, amount, expiresAt) {
      if (!key.partition.startsWith("last/")) expiries.set(idOf(key), expiresAt);
      return store.add(key, amount, expiresAt);
    },
    async delete(key) {
      expiries.delete(idOf(key));
      await store.delete(key);
    },
    items() {
      for (const [id, expiresAt] of expiries) if (expiresAt * 1000 <= Date.now()) expiries.delete(id);
      return expiries.size;
    },
  };
}

/** Timers that were set and have neither fired nor been cleared, from now on. */
function countTimers(): { readonly count: number } & Disposable {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const live = new Set<unknown>();
  const counted = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout => {
    const timer = set(() => {
      live.delete(timer);
      callback(...args);
    }, ms);
    live.add(timer);
    return timer;
  };
  globalThis.setTimeout = counted as typeof setTimeout;
  globalThis.clearTimeout = (timer) => {
    live.delete(timer);
    clear(timer);
  };
  return {
    get count() {
      return live.size;
    },
    [Symbol.dispose]: () => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }),
  };
}

test("a day of sessions leaves nothing behind: no items, no timers, no memory", { timeout: 1_800_000 }, async () => {
  using time = startVirtualTime();
  using timers = countTimers();
  const store = countingItems(createMemoryStore());
  const rateLimits = [{ of: "session", limit: 1_000_000, windowSeconds: 60 }] as const;
  const options = { store, rateLimits, maxStreams: 10_000, sessionSeconds: 3_600, sessionGraceSeconds: 3_600 };
  const { open } = startInstances(createSessionServer(), options);
  const failures: unknown[] = [];
  let calls = 0;

  /** Half an hour of a client, which then ends its session or is never heard of again. */
  async function live(number: number): Promise<void> {
    const session = await open({ capabilities: { elicitation: {} } });
    const until = Date.now() + HOUR_MS / 2;
    const stream = await session.listen(number);
    const listening = (async () => {
      while (await stream.next());
    })();
    for (let minute = 0; Date.now() < until; minute++) {
      await sleep(MINUTE_MS);
      if (minute % 10 === 9) await textOf(await session.call(number + minute, "change"));
      else if (minute % 5 === 4) {
        const asked = readStream(await session.call(number, "name"));
        const { message } = await asked.message();
        await sleep(5_000);
        const result = { action: "accept", content: { name: "Ada" } };
        await session.send(number + 1, { jsonrpc: "2.0", id: message.id, result });
        expect((await asked.message()).message).toMatchObject({ result: { content: [{ text: /Ada/ }] } });
        await asked.rest();
      } else expect(await textOf(await session.call(number + minute, "echo", { text: "hello" }))).toContain("hello");
      calls++;
    }
    if (number % 2 === 0) await session.end(number);
    await stream.leave();
    await listening;
  }

  let started = 0;
  /** A new client each five minutes. */
  async function passHours(hours: number): Promise<readonly [items: number, timers: number, bytes: number]> {
    for (let client = 0; client < hours * 12; client++) {
      void live(started++).catch((error: unknown) => failures.push(error));
      await time.pass(5 * MINUTE_MS, 100);
    }
    collectGarbage();
    return [store.items(), timers.count, process.memoryUsage().heapUsed];
  }
  // By then the longest of what is kept for a while has expired once.
  const [items, pending, bytes] = await passHours(12);
  const [itemsLater, pendingLater, bytesLater] = await passHours(12);
  expect(failures).toEqual([]);
  expect(calls).toBeGreaterThan(8_000);
  expect(itemsLater).toBeLessThanOrEqual(items + 10);
  expect(pendingLater).toBeLessThanOrEqual(pending + 5);
  expect(bytesLater).toBeLessThanOrEqual(bytes + 2_000_000);
});
