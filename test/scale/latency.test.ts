import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { dollarsPerMillion, freshMeter, type Meter, meteredStore } from "../../bench/metered-store.ts";
import { createChangeEvents } from "../../src/services/change-events.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";
import type { StateStore } from "../../src/store/store.ts";
import { createRandom } from "../chaos/random.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { createSessionServer } from "../protocol-2025/session-servers.ts";
import { readStream } from "../protocol-2025/stream-reader.ts";
import { distant } from "./distant-store.ts";

// How long a user feels that instances are many, in virtual time: over a store in the same region, which is asked again and again,
// and over one that pushes, as one in the same network does.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  // The same pauses in each run: a median of a few samples would otherwise be on either side of its bound.
  vi.spyOn(Math, "random").mockImplementation(createRandom(20));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;

const asked = (meter: Meter): StateStore => distant(meteredStore(createMemoryStore(), meter));
const pushing = (): StateStore => distant(createMemoryStore(), () => 0.2 + Math.random() * 0.8);

/** Milliseconds from the reply, at another instance, to the result of the call that waited for it so long. */
async function resumptions(store: StateStore, thinkingMs: number, sessions: number): Promise<number[]> {
  const { open } = startInstances(createSessionServer(), { store });
  const delays: number[] = [];
  async function converse(): Promise<void> {
    const session = await open({ capabilities: { elicitation: {} } });
    const stream = readStream(await session.call(0, "name"));
    const { message } = await stream.message();
    // At any moment of the pause between two reads, and before the SDK's own time limit, of a minute, is up.
    await new Promise((resolve) => setTimeout(resolve, thinkingMs + Math.random() * 500));
    const repliedAt = Date.now();
    const result = { action: "accept", content: { name: "Ada" } };
    const replied = session.send(1, { jsonrpc: "2.0", id: message.id, result });
    const { message: answer } = await stream.message();
    delays.push(Date.now() - repliedAt);
    expect(answer).toMatchObject({ result: { content: [{ text: expect.stringContaining("Ada") }] } });
    await replied;
  }
  let isOver = false;
  const all = Promise.all(Array.from({ length: sessions }, converse)).then(() => {
    isOver = true;
  });
  while (!isOver) await pass(2);
  await all;
  return delays;
}

describe.each([
  [0.5, 30],
  [5, 30],
  [59, 40],
])("after %d s of thinking", (seconds, sessions) => {
  test("a reply at another instance resumes the call within 60 ms, 150 at worst, for $0.0001", async () => {
    const meter = freshMeter();
    const delays = await resumptions(asked(meter), seconds * 1_000, sessions);
    expect(quantile(delays, 0.5)).toBeLessThanOrEqual(60);
    expect(quantile(delays, 0.99)).toBeLessThanOrEqual(150);
    expect(dollarsPerMillion(meter, sessions) / 1e6).toBeLessThanOrEqual(0.0001);
  });

  test("over a store that pushes, within 15 ms, 40 at worst", async () => {
    const delays = await resumptions(pushing(), seconds * 1_000, sessions);
    expect(quantile(delays, 0.5)).toBeLessThanOrEqual(15);
    expect(quantile(delays, 0.99)).toBeLessThanOrEqual(40);
  });
});

/** Milliseconds from a change at one instance to a listener at another, after a silence. */
async function changes(store: StateStore, rounds: number): Promise<number[]> {
  const heard: number[] = [];
  const over = new AbortController();
  const following = createChangeEvents(observed(store)).follow({
    onEntry: () => void heard.push(Date.now()),
    signal: over.signal,
  });
  await pass(50);
  await following;
  const publisher = createChangeEvents(observed(store));
  const delays: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await pass(1_000 + Math.random() * 9_000);
    const publishedAt = Date.now();
    const published = publisher.publish({ kind: "tools_list_changed" });
    while (heard.length <= round) await pass(4);
    await published;
    delays.push((heard[round] as number) - publishedAt);
  }
  over.abort();
  return delays;
}

test("a change reaches another instance within 300 ms, 20 by push, after a silence of 1 to 10 s", async () => {
  expect(quantile(await changes(asked(freshMeter()), 600), 0.5)).toBeLessThanOrEqual(300);
  expect(quantile(await changes(pushing(), 100), 0.5)).toBeLessThanOrEqual(20);
});
