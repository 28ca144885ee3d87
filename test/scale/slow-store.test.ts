import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AnycloudError } from "../../src/errors.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import type { StateStore } from "../../src/store/store.ts";
import { createRandom } from "../chaos/random.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { createSessionServer } from "../protocol-2025/session-servers.ts";

// In virtual time: what is measured is who waits for whom, not how fast the machine is.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  vi.spyOn(Math, "random").mockImplementation(createRandom(20));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Connections of a store, and the time after which it gives up (adapters/shared/connections.ts, adapters/aws/dynamodb/requests.ts). */
const [CONNECTIONS, TIMEOUT_MS] = [50, 5_000];
/** Deadline of a call: the shortest that an ingress sets, less the time for its answer. */
const DEADLINE_MS = 10_000;
const CALLS = 300;

/** A store whose operations take 900 to 1,000 ms each, over so many connections, and wait for one in the order they came. */
function slow(store: StateStore): StateStore {
  const waiting: (() => void)[] = [];
  let free = CONNECTIONS;
  async function operate<Result>(operation: () => Promise<Result>): Promise<Result> {
    const until = Date.now() + TIMEOUT_MS;
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await sleep(900 + Math.random() * 100);
      if (Date.now() > until) throw new AnycloudError("STORE_UNAVAILABLE", "It took too long.");
      return await operation();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  }
  return {
    get: (key) => operate(() => store.get(key)),
    put: (item, when) => operate(() => store.put(item, when)),
    delete: (key) => operate(() => store.delete(key)),
    list: (partition, range) => operate(() => store.list(partition, range)),
    add: (key, amount, expiresAt) => operate(() => store.add(key, amount, expiresAt)),
  };
}

test("with a store of 900 to 1,000 ms and 150 streams, 99 of 100 calls succeed within their deadline", async () => {
  const rateLimits = [{ of: "session", limit: 1_000_000, windowSeconds: 60 }] as const;
  const { open } = startInstances(createSessionServer(), {
    store: slow(createMemoryStore()),
    rateLimits,
    maxStreams: 10_000,
  });
  let isReady = false;
  const opening = Promise.all(
    Array.from({ length: 150 }, async () => {
      const session = await open();
      const stream = await session.listen(0);
      void (async () => {
        while (await stream.next());
      })();
      return session;
    }),
  ).finally(() => {
    isReady = true;
  });
  while (!isReady) await vi.advanceTimersByTimeAsync(1_000);
  const sessions = await opening;
  const outcomes: (number | "late")[] = [];
  let ended = 0;
  for (let number = 0; number < CALLS; number++) {
    const askedAt = Date.now();
    const session = sessions[number % sessions.length];
    void session?.call(0, "echo", { text: "hello" }).then(
      ({ status }) => {
        ended++;
        outcomes.push(Date.now() - askedAt > DEADLINE_MS ? "late" : status);
      },
      () => void ended++,
    );
    await vi.advanceTimersByTimeAsync(50);
  }
  for (let second = 0; second < 30 && ended < CALLS; second++) await vi.advanceTimersByTimeAsync(1_000);
  expect(outcomes.filter((outcome) => outcome === 200).length).toBeGreaterThanOrEqual(0.99 * CALLS);
});
