import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod/v4";
import type { StateStore } from "../../src/adapter.ts";
import type { FactoryContext, McpEndpointOptions } from "../../src/index.ts";
import { createMemoryStore } from "../../src/index.ts";
import { type Caller, messagesOf, modernCall } from "../support/messages.ts";
import { breakableStore, countedStore } from "../support/stores.ts";
import { instanceOf, type Listener, listen, textResult } from "./instances.ts";

const change = z.object({ uris: z.array(z.string()) });

function createServer({ notify }: FactoryContext): McpServer {
  const server = new McpServer(
    { name: "notes", version: "1.0.0" },
    { capabilities: { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true } } },
  );
  server.registerTool("change", { inputSchema: change }, async ({ uris }) => {
    for (const uri of uris) notify.resourceUpdated(uri);
    return textResult("changed");
  });
  server.registerTool("change_tools", {}, async (context) => {
    await context.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
    notify.toolsChanged();
    return textResult("changed");
  });
  server.registerTool("idle", {}, async () => textResult("nothing happened"));
  return server;
}

const URIS = ["note://1", "note://2", "note://3"];
const open: Listener[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const listener of open.splice(0)) await listener.leave();
});

const instance = (store?: StateStore, options?: McpEndpointOptions): Caller =>
  instanceOf(createServer, { store, ...options });

async function listenTo(call: Caller, ...args: Parameters<typeof listen> extends [unknown, ...infer Rest] ? Rest : []) {
  const listener = await listen(call, ...args);
  open.push(listener);
  return listener;
}

const changeCall = (uris: readonly string[]): ReturnType<typeof modernCall> =>
  modernCall("tools/call", { name: "change", arguments: { uris } });

/** URIs of the next so many notifications. */
async function heard(listener: Listener, count: number): Promise<unknown[]> {
  const uris: unknown[] = [];
  while (uris.length < count) {
    const message = await listener.next();
    if (!message) break;
    uris.push((message as { params?: { uri?: string } }).params?.uri);
  }
  return uris;
}

test("events reach the subscribers of all instances in order, whichever instance made the change", async () => {
  const store = createMemoryStore();
  const [a, b] = [instance(store), instance(store)];
  const all = await Promise.all([a, b].map((call) => listenTo(call, { resourceSubscriptions: URIS })));
  const one = await listenTo(b, { resourceSubscriptions: ["note://2"] });
  const burst = Array.from({ length: 30 }, (_, i) => URIS[i % 3] ?? "");
  await a(...changeCall(burst));
  for (const listener of all) expect(await heard(listener, 30)).toEqual(burst);
  expect(new Set(await heard(one, 10))).toEqual(new Set(["note://2"]));
});

test("nothing is missed that is changed after the acknowledgement, and nothing said that was before", async () => {
  const store = createMemoryStore();
  const [a, b] = [instance(store), instance(store)];
  await a(...changeCall(["note://1"]));
  for (let i = 0; i < 20; i++) {
    const listener = await listenTo(b, { resourceSubscriptions: URIS });
    await a(...changeCall(["note://2"]));
    expect(await heard(listener, 1)).toEqual(["note://2"]);
    await listener.leave();
  }
});

test.each([
  ["a whole answer", "change"],
  ["the last message of a stream", "change_tools"],
])("the change is in the store before %s leaves", async (_kind, name) => {
  const store = createMemoryStore();
  const order: string[] = [];
  const slow: StateStore = {
    ...store,
    async put(...args) {
      await sleep(50);
      order.push("stored");
      return store.put(...args);
    },
  };
  const response = await instance(slow)(...modernCall("tools/call", { name, arguments: { uris: ["note://1"] } }));
  expect((await messagesOf(response)).at(-1)).toHaveProperty("result");
  order.push("answered");
  expect(order).toEqual(["stored", "answered"]);
});

test("a call that tells nothing asks the store nothing", async () => {
  const store = countedStore(createMemoryStore());
  const call = instance(store);
  for (const request of [modernCall("tools/call", { name: "idle" }), modernCall("tools/list")]) await call(...request);
  expect(store.counts).toEqual({ reads: 0, writes: 0 });
});

test("without a store, changes are heard in this process", async () => {
  const call = instance();
  const listener = await listenTo(call, { resourceSubscriptions: URIS });
  await call(...changeCall(["note://1"]));
  expect(await heard(listener, 1)).toEqual(["note://1"]);
});

const GRACEFUL = { result: { resultType: "complete" } };

test("a subscription ends gracefully in its time, and its client can listen again", async () => {
  vi.useFakeTimers();
  const store = createMemoryStore();
  const call = instance(store, { streamSeconds: 30, heartbeatSeconds: 200 });
  const listener = await listenTo(call, { resourceSubscriptions: URIS });
  const end = listener.next();
  await vi.advanceTimersByTimeAsync(29_000);
  const again = await listenTo(call, { resourceSubscriptions: URIS });
  await vi.advanceTimersByTimeAsync(1_001);
  expect(await end).toMatchObject(GRACEFUL);
  expect(await listener.next()).toBeUndefined();
  await call(...changeCall(["note://2"]));
  await vi.advanceTimersByTimeAsync(1_001);
  expect(await heard(again, 1)).toEqual(["note://2"]);
});

test.each([
  ["which it has to itself", true, 60],
  ["which it shares", false, 840],
])("by default it leaves an instance %s after its time", async (_kind, exclusive, seconds) => {
  vi.useFakeTimers();
  const listener = await listenTo(
    instance(createMemoryStore(), { heartbeatSeconds: 2_000 }),
    { resourceSubscriptions: URIS },
    { invocation: { exclusive } },
  );
  const ended = vi.fn();
  void listener.next().then(ended);
  await vi.advanceTimersByTimeAsync(seconds * 1000 - 1_000);
  expect(ended).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_001);
  expect(ended.mock.lastCall?.[0]).toMatchObject(GRACEFUL);
});

test("it ends gracefully at the platform's deadline, even one that came first", async () => {
  const call = instance(createMemoryStore());
  const deadline = new AbortController();
  const listener = await listenTo(call, { resourceSubscriptions: URIS }, { invocation: { deadline: deadline.signal } });
  deadline.abort();
  expect(await listener.next()).toMatchObject(GRACEFUL);
  const late = await listenTo(call, { resourceSubscriptions: URIS }, { invocation: { deadline: AbortSignal.abort() } });
  expect(await late.next()).toMatchObject(GRACEFUL);
});

test.each([
  ["that its client left", async (call: Caller) => (await listenTo(call, { resourceSubscriptions: URIS })).leave()],
  ["that asks for nothing", async (call: Caller) => void (await listenTo(call, {}))],
  ["that is not valid", async (call: Caller) => void (await call(...modernCall("subscriptions/listen", {})))],
])("a subscription %s leaves nobody asking the store", async (_what, subscribe) => {
  const store = countedStore(createMemoryStore());
  await subscribe(instance(store));
  const readsMeanwhile = async (): Promise<number> => {
    const { reads } = store.counts;
    await sleep(100);
    return store.counts.reads - reads;
  };
  await expect.poll(readsMeanwhile).toBe(0);
});

test("with the store away it is answered 503, and a subscription that is open goes on when it is back", async () => {
  const store = breakableStore(createMemoryStore());
  const [a, b] = [instance(store), instance(store)];
  const listener = await listenTo(b, { resourceSubscriptions: URIS });
  store.broken = true;
  const { response } = await listenTo(a, { resourceSubscriptions: URIS });
  expect(response).toMatchObject({ status: 503, headers: { "retry-after": expect.any(String) } });
  expect(await a(...modernCall("tools/call", { name: "idle" }))).toMatchObject({ status: 200 });
  expect(await a(...changeCall(["note://1"]))).toMatchObject({ status: 200 });
  store.broken = false;
  await a(...changeCall(["note://2"]));
  expect(await heard(listener, 1)).toEqual(["note://2"]);
});
