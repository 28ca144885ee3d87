import { McpServer } from "@modelcontextprotocol/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freshMeter, meteredStore } from "../../bench/metered-store.ts";
import type { ServerFactory } from "../../src/index.ts";
import type { SessionTimings } from "../../src/protocol-2025/timings.ts";
import { type ChangeEntry, createChangeEvents } from "../../src/services/change-events.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";
import { type ClientSession, startInstances } from "../protocol-2025/instances.ts";
import { createSessionServer } from "../protocol-2025/session-servers.ts";
import { readStream } from "../protocol-2025/stream-reader.ts";
import { distant } from "./distant-store.ts";

// The product's own state code over a store that counts, in virtual time: no machine is too slow for these numbers.
beforeEach(
  () => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] }),
);
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const range = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

function startMetered(factory: ServerFactory = createSessionServer(), timings: Partial<SessionTimings> = {}) {
  const meter = freshMeter();
  const store = meteredStore(createMemoryStore(), meter);
  const rateLimits = [{ of: "session", limit: 1_000_000, windowSeconds: 60 }] as const;
  return { meter, ...startInstances(factory, { store, rateLimits, maxStreams: 10_000 }, { timings }) };
}

/** Opens the standalone streams of so many sessions at one instance, each read to its end. */
async function openStreams(open: () => Promise<ClientSession>, count: number, messages: unknown[]) {
  const streams: { leave(): Promise<void> }[] = [];
  for (const _ of range(count)) {
    const stream = await (await open()).listen(0);
    await stream.next();
    streams.push(stream);
    void (async () => {
      for (let event = await stream.next(); event; event = await stream.next())
        if (event.message) messages.push(event.message);
    })();
  }
  return { close: () => Promise.all(streams.map((stream) => stream.leave())) };
}

test("200 idle standalone streams of one instance cost at most 15 reads a second", async () => {
  const { meter, open } = startMetered();
  await openStreams(open, 200, []);
  await pass(60_000);
  Object.assign(meter, freshMeter());
  await pass(60_000);
  expect(meter.reads / 60).toBeLessThanOrEqual(15);
  // Places of streams, which are renewed twice a minute.
  expect(meter.writes / 60).toBeLessThanOrEqual(200 / 30 + 1);
});

test("one change event to 200 streams of one instance costs at most 10 reads", async () => {
  // No stream looks by itself meanwhile: the rest of the difference is what the change costs.
  const { meter, open } = startMetered(createSessionServer(), { standaloneCheckMs: 3_600_000 });
  const messages: unknown[] = [];
  await openStreams(open, 200, messages);
  const session = await open();
  await pass(60_000);
  const start = meter.reads;
  await pass(8_000);
  const idle = meter.reads - start;
  const before = { ...meter };
  await session.call(1, "change");
  await pass(8_000);
  expect(messages).toHaveLength(200);
  expect(meter.reads - before.reads - idle).toBeLessThanOrEqual(10);
});

test.each([10, 30, 100])("%i instances that publish at once write at most twice each", async (count) => {
  const meter = freshMeter();
  const store = meteredStore(distant(createMemoryStore()), meter);
  const heard: string[] = [];
  const over = new AbortController();
  const onEntry = ({ events }: ChangeEntry) => void heard.push(...events.map((event) => JSON.stringify(event)));
  const following = createChangeEvents(observed(store)).follow({ onEntry, signal: over.signal });
  await pass(10);
  await following;
  const published = range(count).map((number) =>
    createChangeEvents(observed(store)).publish({ kind: "resource_updated", uri: `note://${number}` }),
  );
  await pass(5_000);
  await Promise.all(published);
  over.abort();
  expect(meter.writes).toBeLessThanOrEqual(2 * count);
  expect(new Set(heard).size).toBe(count);
  expect(heard).toHaveLength(count);
});

test("40 samplings of 20 KB read at most 2 MB", async () => {
  const factory: ServerFactory = () => {
    const server = new McpServer({ name: "s", version: "1" }, { capabilities: {} });
    server.registerTool("many", {}, async (ctx) => {
      for (const _ of range(40)) await ctx.mcpReq.requestSampling({ messages: [], maxTokens: 1 });
      return { content: [] };
    });
    return server;
  };
  const { meter, open } = startMetered(factory);
  const session = await open({ capabilities: { sampling: {} } });
  const stream = readStream(await session.call(0, "many"));
  const text = "x".repeat(20_000);
  const before = meter.readBytes;
  for (const _ of range(40)) {
    let id: unknown;
    void stream.message().then(({ message }) => {
      id = message.id;
    });
    await expect.poll(() => id).toBeDefined();
    await pass(1_000);
    await session.send(1, {
      jsonrpc: "2.0",
      id,
      result: { role: "assistant", model: "m", content: { type: "text", text } },
    });
  }
  let done = false;
  void stream.rest().then(() => {
    done = true;
  });
  await expect.poll(() => done).toBe(true);
  expect(meter.readBytes - before).toBeLessThanOrEqual(2_000_000);
});

test("60 subscriptions at once cost at most 70 writes", async () => {
  const { meter, open } = startMetered();
  const session = await open();
  const before = meter.writes;
  await Promise.all(range(60).map((n) => session.ask(n, "resources/subscribe", { uri: `test://${n}` })));
  expect(meter.writes - before).toBeLessThanOrEqual(70);
});
