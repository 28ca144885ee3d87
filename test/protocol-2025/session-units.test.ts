import { Server } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { freshMeter, meteredStore } from "../../bench/metered-store.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import type { StateWrite } from "../../src/store/store.ts";
import { createClock } from "../services/scope.ts";
import { type Caller, legacyRequest, textOf } from "../support/messages.ts";
import { recordedStore } from "../support/stores.ts";
import { type ClientSession, startInstances } from "./instances.ts";
import { asked, CLIENT, LONG, MOST_READS, MOST_WRITES, sampled, startMetered } from "./metered-instances.ts";
import { createSessionServer } from "./session-servers.ts";

const DAY = 86_400;

/** Answers any request. */
function createPermissive(): Server {
  const server = new Server({ name: "permissive", version: "1" }, { capabilities: {} });
  server.fallbackRequestHandler = async () => ({});
  return server;
}

test("a session that somebody makes up costs a stream's slot, whatever its id", async () => {
  const { instances, costOf, written } = startMetered();
  const headers = { accept: "text/event-stream", "mcp-session-id": "x".repeat(12_000) };
  const { reads, writes } = await costOf(async () => {
    expect((await instances[0](undefined, { method: "GET", headers })).status).toBe(404);
  });
  expect({ reads, writes }).toEqual({ reads: 0, writes: 2 });
  expect(written.map(({ value }) => value.length).filter((length) => length > 100)).toEqual([]);
});

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
