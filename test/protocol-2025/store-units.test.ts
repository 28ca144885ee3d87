import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { freshMeter, meteredStore } from "../../bench/metered-store.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import type { StateWrite } from "../../src/store/store.ts";
import { createClock } from "../services/scope.ts";
import { type Caller, legacyRequest, textOf } from "../support/messages.ts";
import { recordedStore } from "../support/stores.ts";
import { type ClientSession, startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

const MOST_WRITES = 20;
const MOST_READS = 2;
const LONG = "x".repeat(1_000_000);
const DAY = 86_400;

function startMetered() {
  const written: StateWrite[] = [];
  const meter = freshMeter();
  const recorded = recordedStore(createMemoryStore(), (item) => void written.push(item));
  const store = meteredStore(recorded, meter);
  const instances = startInstances(createSessionServer(), { store });

  /** The units that `work` costs, with what goes on behind it for a while. */
  async function costOf(work: () => Promise<unknown>): Promise<{ reads: number; writes: number }> {
    const before = { ...meter };
    await work();
    await sleep(20);
    return { reads: meter.readUnits - before.readUnits, writes: meter.writeUnits - before.writeUnits };
  }

  /** Fails unless a call of the session costs as little as the first one does. */
  async function expectCheapCalls(session: ClientSession): Promise<void> {
    const { reads, writes } = await costOf(() => session.call(1, "echo", { text: "a" }));
    expect(reads).toBeLessThanOrEqual(MOST_READS);
    expect(writes).toBe(0);
  }
  return { ...instances, meter, written, costOf, expectCheapCalls };
}

/** A `Client` that is asked, and the question. */
async function asked(session: ClientSession, tool = "think") {
  const stream = readStream(await session.call(0, tool));
  const { message } = await stream.message();
  return { stream, id: message.id as string };
}

const sampled = (text: string) => ({ role: "assistant", model: "m", content: { type: "text", text } });
const CLIENT = { capabilities: { sampling: {}, roots: {} } };

/** Answers any request. */
function createPermissive(): Server {
  const server = new Server({ name: "permissive", version: "1" }, { capabilities: {} });
  server.fallbackRequestHandler = async () => ({});
  return server;
}

describe("what a session keeps", () => {
  test("of initialize has a limit, and is refused in words before anything is stored", async () => {
    const { instances, costOf } = startMetered();
    const clientInfo = { name: "a", version: "1", ...{ padding: LONG } };
    const initialize = legacyRequest("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    const cost = await costOf(async () => {
      const refused = await instances[0](initialize);
      expect(refused.status).toBe(400);
      expect(JSON.parse(await textOf(refused))).toMatchObject({
        id: initialize.id,
        error: { code: -32600, message: expect.stringMatching(/capabilities and clientInfo have at most 6144 bytes/) },
      });
      expect(refused.headers).not.toHaveProperty("mcp-session-id");
    });
    expect(cost).toEqual({ reads: 0, writes: 0 });
  });

  test("of a flood of 1000 initialize from one address is what the default limit lets in", async () => {
    const clock = createClock();
    const meter = freshMeter();
    const store = meteredStore(createMemoryStore(clock.now), meter);
    const { instances } = startInstances(createSessionServer(), { store }, { now: clock.now });
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "a", version: "1" } };
    const initialize = (n: number, clientIp = "203.0.113.7") =>
      (instances[n % 3] as Caller)(legacyRequest("initialize", params), { invocation: { clientIp } });
    const statuses: number[] = [];
    for (let n = 0; n < 1000; n++) statuses.push((await initialize(n)).status);
    expect([200, 429].map((status) => statuses.filter((one) => one === status).length)).toEqual([500, 500]);
    // A session and its count; and of each instance, the one count that closes the bucket.
    expect(meter.writeUnits).toBeLessThanOrEqual(500 * 2 + 3);
    expect((await initialize(0, "203.0.113.8")).status).toBe(200);
    const refused = await initialize(0);
    expect(JSON.parse(await textOf(refused)).error.message).toMatch(/^Too many new sessions: try again in \d+ s\.$/);
    clock.pass(Number(refused.headers["retry-after"]));
    expect((await initialize(0)).status).toBe(200);
  });

  test("of the largest initialize costs each request two read units", async () => {
    const { open, costOf, expectCheapCalls } = startMetered();
    let session: ClientSession | undefined;
    const { writes } = await costOf(async () => {
      session = await open({ capabilities: { experimental: { padding: { text: "x".repeat(5_900) } } } });
    });
    expect(writes).toBeLessThanOrEqual(MOST_WRITES);
    await expectCheapCalls(session as ClientSession);
  });

  test("is the fields that servers are told: no icons, no _meta", async () => {
    const { instances, written } = startMetered();
    const icons = [{ src: `data:image/png;base64,${LONG}` }];
    const params = {
      ...{ protocolVersion: "2025-11-25", capabilities: { roots: {} }, _meta: { padding: LONG } },
      clientInfo: { name: "a", version: "1", title: "A", icons },
    };
    expect((await instances[0](legacyRequest("initialize", params))).status).toBe(200);
    expect(JSON.parse(written.find(({ sort }) => sort === "record")?.value ?? "").initialize).toEqual({
      capabilities: { roots: {} },
      clientInfo: { name: "a", version: "1", title: "A" },
    });
  });

  test("of a level that no protocol has is nothing, though a server takes it", async () => {
    const store = recordedStore(createMemoryStore(), (item) => void written.push(item));
    const written: StateWrite[] = [];
    const session = await startInstances(createPermissive, { store }).open();
    const opened = written.length;
    const answer = await session.ask(1, "logging/setLevel", { level: LONG });
    expect(answer).toMatchObject({ error: { code: -32602, message: expect.stringContaining("level must be one of") } });
    expect(written.length).toBe(opened);
    expect(await session.ask(1, "logging/setLevel", { level: "error" })).toMatchObject({ result: {} });
  });

  test("of subscriptions does not make its requests or its stream dearer", async () => {
    const { open, costOf, expectCheapCalls, meter } = startMetered();
    const session = await open();
    const count = 300;
    const { reads, writes } = await costOf(() =>
      Promise.all(
        Array.from({ length: count }, (_, n) => session.ask(n, "resources/subscribe", { uri: `test://${n}` })),
      ),
    );
    // The session, and how many there are; and one write, which is never lost against another.
    expect(reads / count).toBeLessThanOrEqual(10);
    expect(writes / count).toBe(1);
    await expectCheapCalls(session);
    const stream = await session.listen(0);
    await stream.next();
    const before = meter.readUnits;
    await session.call(1, "change", { uri: "test://299" });
    expect((await stream.message()).message).toMatchObject({ params: { uri: "test://299" } });
    expect(meter.readUnits - before).toBeLessThanOrEqual(10 * MOST_READS);
    await stream.leave();
  });

  test("are at most 1000 subscriptions, and one that is given up makes room", async () => {
    const { open } = startMetered();
    const session = await open();
    const subscribe = (n: number) => session.ask(n, "resources/subscribe", { uri: `test://${n}` });
    for (let n = 0; n < 1000; n++) expect(await subscribe(n)).toHaveProperty("result");
    expect(await subscribe(7)).toHaveProperty("result");
    const refused = { error: { code: -32602, message: expect.stringContaining("at most 1000 subscriptions") } };
    expect(await subscribe(1000)).toMatchObject(refused);
    // Given up several times at once, it counts once.
    await Promise.all([0, 1, 2].map((at) => session.ask(at, "resources/unsubscribe", { uri: "test://7" })));
    expect(await subscribe(1000)).toHaveProperty("result");
    expect(await subscribe(1001)).toMatchObject(refused);
  });

  test.each(["resources/subscribe", "resources/unsubscribe"])("%s of no resource is refused", async (method) => {
    const { open } = startMetered();
    const session = await open();
    for (const params of [{}, { uri: 7 }, { uri: {} }])
      expect(await session.ask(0, method, params)).toMatchObject({ error: { code: -32602 } });
  });
});

describe("a message that nobody waits for", () => {
  test.each([
    ["a reply to no question", (id: string) => id.replace(/\.\d+\./, ".7.")],
    ["a reply with an id of the client's own", () => "my-own-id"],
    ["a reply to a forged signature", (id: string) => `${id.slice(0, -22)}${"A".repeat(22)}`],
  ])("is not stored: %s", async (_what, forged) => {
    const { open, costOf } = startMetered();
    const session = await open({ ...CLIENT, protocolVersion: "2025-03-26" });
    const { stream, id } = await asked(session);
    const replies = Array.from({ length: 50 }, () => ({ jsonrpc: "2.0", id: forged(id), result: sampled(LONG) }));
    for (const sent of [replies.slice(0, 3), replies.map((reply) => ({ ...reply, result: {} }))]) {
      const { writes } = await costOf(async () => expect((await session.send(1, sent)).status).toBe(202));
      expect(writes).toBe(0);
    }
    await session.send(2, { jsonrpc: "2.0", id, result: sampled("Hm.") });
    expect(JSON.stringify((await stream.message()).message)).toContain("Hm.");
  });

  test("is not stored: a reply to another session's question", async () => {
    const { open, costOf } = startMetered();
    const [session, other] = [await open(CLIENT), await open(CLIENT)];
    const { stream, id } = await asked(session);
    const { writes } = await costOf(() => other.send(1, { jsonrpc: "2.0", id, result: {} }));
    expect(writes).toBe(0);
    await session.send(2, { jsonrpc: "2.0", id, result: sampled("Hm.") });
    await stream.rest();
  });

  test("costs little: a long reply to a question whose request is over, and one that comes twice", async () => {
    const { open, costOf, expectCheapCalls } = startMetered();
    const session = await open(CLIENT);
    const { stream, id } = await asked(session);
    const reply = { jsonrpc: "2.0", id, result: sampled(LONG) };
    expect((await session.send(1, reply)).status).toBe(202);
    expect(JSON.stringify((await stream.message()).message)).toContain(LONG);
    await stream.rest();
    const { writes } = await costOf(() => session.send(1, reply));
    expect(writes).toBe(0);
    await expectCheapCalls(session);
  });

  test("is not stored: a long reply to a question whose request its client cancelled", async () => {
    const { open, costOf } = startMetered();
    const session = await open(CLIENT);
    const call = legacyRequest("tools/call", { name: "think", arguments: {} });
    const stream = readStream(await session.send(0, call));
    const { id } = (await stream.message()).message;
    const params = { requestId: call.id };
    await session.send(1, { jsonrpc: "2.0", method: "notifications/cancelled", params });
    await stream.rest();
    const { writes } = await costOf(() => session.send(1, { jsonrpc: "2.0", id, result: sampled(LONG) }));
    expect(writes).toBe(0);
  });

  test("costs little: a cancellation of nothing", async () => {
    const { open, costOf, expectCheapCalls } = startMetered();
    const session = await open();
    const params = { requestId: "nothing", reason: "x".repeat(1024), padding: LONG, _meta: { padding: LONG } };
    const { writes } = await costOf(() =>
      session.send(1, { jsonrpc: "2.0", method: "notifications/cancelled", params }),
    );
    expect(writes).toBeLessThanOrEqual(MOST_WRITES / 10);
    await expectCheapCalls(session);
  });

  test("costs little: progress, however much of it there is", async () => {
    const { open, costOf, written } = startMetered();
    const session = await open(CLIENT);
    const { stream, id } = await asked(session, "watched");
    const progress = (step: number) => ({
      ...{ jsonrpc: "2.0", method: "notifications/progress" },
      params: { progressToken: id, progress: step, padding: LONG },
    });
    const { writes } = await costOf(() => session.send(1, progress(1)));
    expect(writes).toBeLessThanOrEqual(MOST_WRITES / 10);
    for (let step = 2; step <= 300; step++) await session.send(1, progress(step));
    const kept = new Set(written.filter(({ sort }) => sort.startsWith("progress/")).map(({ sort }) => sort));
    expect(kept.size).toBe(200);
    await session.send(2, { jsonrpc: "2.0", id, result: sampled("Hm.") });
    const { message } = await stream.message();
    const seen: number[] = JSON.parse(
      (message as { result: { content: { text: string }[] } }).result.content[0]?.text ?? "",
    );
    expect(seen.at(-1)).toBe(300);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test("is not stored: progress on no question", async () => {
    const { open, costOf } = startMetered();
    const session = await open();
    const params = { progressToken: "mine", progress: 1, message: "x" };
    const { writes } = await costOf(() =>
      session.send(1, { jsonrpc: "2.0", method: "notifications/progress", params }),
    );
    expect(writes).toBe(0);
  });
});

test("whatever is stored expires, and none of it is large", async () => {
  const { open, written } = startMetered();
  const session = await open(CLIENT);
  await session.ask(0, "logging/setLevel", { level: "error" });
  await session.ask(0, "resources/subscribe", { uri: "test://a" });
  await session.ask(0, "resources/unsubscribe", { uri: "test://a" });
  await session.send(0, { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
  const stream = await session.listen(0);
  await session.call(1, "announce", { word: "hello" });
  await stream.message();
  await stream.leave();
  const question = await asked(session);
  await session.send(1, { jsonrpc: "2.0", id: question.id, result: sampled("Hm.") });
  await question.stream.rest();
  const now = Date.now() / 1000;
  expect(written.length).toBeGreaterThan(8);
  for (const { partition, expiresAt, value } of written) {
    expect(expiresAt, partition).toBeGreaterThan(now - 60);
    expect(expiresAt, partition).toBeLessThanOrEqual(now + 8 * DAY + 60);
    expect(value.length, partition).toBeLessThan(1024);
  }
});
