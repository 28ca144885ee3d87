import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { HttpResponse, StateStore } from "../../src/adapter.ts";
import { createMemoryStore, type McpEndpointOptions } from "../../src/index.ts";
import { type ConcurrentStreamsOptions, createConcurrentStreams } from "../../src/limits/concurrent-streams.ts";
import { observed } from "../../src/store/observed-store.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { readStream } from "../protocol-2025/stream-reader.ts";
import { anyUser, instanceOf, listen, withOptions } from "../protocol-2026/instances.ts";
import { createClock } from "../services/scope.ts";
import { modernCall } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { breakableStore } from "../support/stores.ts";

const toAll = { toolsListChanged: true };
const by = (user: string) => ({ headers: { authorization: `Bearer ${user}` } });
const from = (clientIp: string) => ({ invocation: { clientIp } });

function instances(options: McpEndpointOptions = {}) {
  const shared = { maxStreams: 2, store: createMemoryStore(), verifier: anyUser, audit: "off", ...options } as const;
  return [instanceOf(createV2Server, shared), instanceOf(createV2Server, shared)] as const;
}

test("one stream too many is refused, on whatever instance, until another one ends", async () => {
  const [a, b] = instances();
  const first = await listen(a, toAll, by("ada"));
  const second = await listen(b, toAll, by("ada"));
  const refused = await listen(a, toAll, by("ada"));
  expect([refused.response.status, refused.response.headers["retry-after"]]).toEqual([429, "30"]);
  expect(JSON.parse(refused.response.body as string).error.message).toMatch(/^Too many open streams: 2 /);
  const other = await listen(b, toAll, by("eve"));
  expect(other.response.status).toBe(200);
  await first.leave();
  const third = await listen(b, toAll, by("ada"));
  expect(third.response.status).toBe(200);
  for (const { leave } of [second, third, other]) await leave();
});

test("a stream that is left before it is read has no slot", async () => {
  const [a, b] = instances({ maxStreams: 1 });
  const opened = await a(...withOptions(modernCall("subscriptions/listen", { notifications: toAll }), by("ada")));
  expect((await listen(b, toAll, by("ada"))).response.status).toBe(429);
  await (opened.body as AsyncIterableIterator<string>).return?.();
  expect((await listen(b, toAll, by("ada"))).response.status).toBe(200);
});

test("sessions' streams and subscriptions share the slots of their caller", async () => {
  const { open, store } = startInstances(createV2Server, { maxStreams: 1 });
  const session = await open();
  const stream = await session.listen(0);
  await stream.next();
  expect((await (await open()).get(1)).status).toBe(429);
  expect((await listen(instanceOf(createV2Server, { store, maxStreams: 1 }), toAll)).response.status).toBe(429);
  await stream.leave();
  expect((await (await open()).get(1)).status).toBe(200);
});

test("a client that lost the stream of a request resumes it, though all slots are taken", async () => {
  const { open, store } = startInstances(createV2Server, { maxStreams: 1 });
  const session = await open();
  const standalone = await session.listen(0);
  const request = readStream(await session.call(0, "progress"));
  const { id } = await request.message();
  await request.leave();
  const resumed = await session.listen(1, id);
  expect(JSON.stringify(await resumed.rest())).toContain("done");
  expect((await listen(instanceOf(createV2Server, { store, maxStreams: 1 }), toAll)).response.status).toBe(429);
  await standalone.leave();
});

test("by default, a caller has 64 slots, and an address 250", async () => {
  const shared = { store: createMemoryStore(), verifier: anyUser, audit: "off" } as const;
  const call = instanceOf(createV2Server, shared);
  const listeners = await Promise.all(Array.from({ length: 64 }, () => listen(call, toAll, by("ada"))));
  expect((await listen(call, toAll, by("ada"))).response.status).toBe(429);
  const open = instanceOf(createV2Server, { store: createMemoryStore() });
  for (let n = 0; n < 250; n++) listeners.push(await listen(open, toAll, from("203.0.113.7")));
  expect(listeners.map(({ response }) => response.status)).toEqual(listeners.map(() => 200));
  expect((await listen(open, toAll, from("203.0.113.7"))).response.status).toBe(429);
  const other = await listen(open, toAll, from("203.0.113.8"));
  expect(other.response.status).toBe(200);
  for (const { leave } of [...listeners, other]) await leave();
});

test("without authentication, slots belong to an address", async () => {
  const call = instanceOf(createV2Server, { maxStreams: 1 });
  const first = await listen(call, toAll, from("203.0.113.7"));
  expect((await listen(call, toAll, from("203.0.113.7"))).response.status).toBe(429);
  const other = await listen(call, toAll, from("203.0.113.8"));
  expect(other.response.status).toBe(200);
  for (const { leave } of [first, other]) await leave();
});

const clock = createClock();
let store: StateStore;
beforeEach(() => {
  store = createMemoryStore(clock.now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Streams as the endpoint opens them, told what to say by the test. */
function opening(options: Partial<ConcurrentStreamsOptions> = {}) {
  const streams = createConcurrentStreams({
    ...{ maxStreams: 2, heartbeatSeconds: 15, store: observed(store), now: clock.now },
    ...options,
  });
  const requestContext = {
    request: { method: "GET", url: "/mcp", headers: {} },
    invocation: { requestId: "r", canStream: true },
    logFields: {},
    caller: { principal: "ada", issuer: "i", scopes: [], claims: {} },
    principal: "ada",
  } as const;
  return (open: () => Promise<HttpResponse> = async () => beating()) => streams.acquire(requestContext, open);
}

const beating = (): HttpResponse => ({
  status: 200,
  headers: { "content-type": "text/event-stream" },
  body: (async function* () {
    for (;;) yield ": \n\n";
  })(),
});
const reading = ({ body }: HttpResponse): AsyncIterator<string> =>
  (body as AsyncIterable<string>)[Symbol.asyncIterator]();

test("as many of many simultaneous streams open as there are slots", async () => {
  const open = opening({ maxStreams: 5 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => open()));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
});

test("a session whose stream broke gets its slot again, wherever its instance is", async () => {
  const { open, store } = startInstances(createV2Server, { maxStreams: 2 });
  const [one, other] = [await open(), await open()];
  await one.listen(0);
  const second = await other.listen(1);
  // Neither has been left: an instance that was lost does not free its slots.
  for (let at = 0; at < 5; at++) expect((await one.get(at)).status).toBe(200);
  expect((await (await open()).get(2)).status).toBe(429);
  expect((await listen(instanceOf(createV2Server, { store, maxStreams: 2 }), toAll)).response.status).toBe(429);
  await second.leave();
});

test("an instance that is lost frees its slots, and one that lives keeps them", async () => {
  const open = opening();
  await open();
  const living = reading(await open());
  expect((await open()).status).toBe(429);
  for (let passed = 0; passed < 120; passed += 15) {
    clock.pass(15);
    await living.next();
  }
  expect((await open()).status).toBe(200);
  expect((await open()).status).toBe(429);
  await living.return?.();
  expect((await open()).status).toBe(200);
});

test.each([
  ["is refused", async (): Promise<HttpResponse> => ({ status: 404, headers: {} })],
  ["fails", async (): Promise<HttpResponse> => Promise.reject(new Error("no"))],
])("what %s keeps no place", async (_what, attempt) => {
  const open = opening({ maxStreams: 1 });
  for (let at = 0; at < 3; at++) await open(attempt).catch(() => {});
  expect((await open()).status).toBe(200);
});

test("a slot that was lost is not taken back from its new holder", async () => {
  const open = opening({ maxStreams: 1 });
  const late = reading(await open());
  await late.next();
  clock.pass(100);
  expect((await open()).status).toBe(200);
  await late.next();
  await late.return?.();
  expect((await open()).status).toBe(429);
});

test("without its store no stream is opened, and those that are open go on", async () => {
  const breakable = breakableStore(store);
  const open = opening({ store: observed(breakable) });
  const stream = reading(await open());
  breakable.broken = true;
  await expect(open()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  clock.pass(60);
  expect((await stream.next()).value).toBe(": \n\n");
  expect((await stream.return?.())?.done).toBe(true);
});
