import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as z from "zod/v4";
import type { RequestRecord, StateItem, StateStore, StateWrite } from "../../src/adapter.ts";
import { AnycloudError, createMemoryStore, type FactoryContext } from "../../src/index.ts";
import { legacyRequest, messagesOf } from "../support/messages.ts";
import { startInstances } from "./instances.ts";

const COUNT = 100;
const range = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

/** Announces outside of its request, and awaits each announcement. */
function createServer({ notify }: FactoryContext): McpServer {
  const server = new McpServer({ name: "announcing", version: "1" }, { capabilities: { logging: {} } });
  server.registerTool("announce", { inputSchema: z.object({ count: z.number() }) }, async ({ count }) => {
    for (const data of range(count)) await server.server.sendLoggingMessage({ level: "info", data });
    return { content: [{ type: "text", text: "announced" }] };
  });
  server.registerTool("change", {}, async () => {
    notify.toolsChanged();
    return { content: [{ type: "text", text: "changed" }] };
  });
  server.registerTool("wait", {}, async () => {
    await sleep(1_200);
    return { content: [{ type: "text", text: "waited" }] };
  });
  return server;
}

/** A store whose writes of events pass through `onEvent`. */
function watchedStore(onEvent: (write: () => Promise<StateItem>) => Promise<StateItem>, delayMs = 0): StateStore {
  const store = createMemoryStore() as StateStore;
  return {
    ...store,
    async put(item: StateWrite, when) {
      if (delayMs > 0) await sleep(delayMs);
      const write = (): Promise<StateItem> => store.put(item, when);
      if (!item.sort.startsWith("event/")) return write();
      return onEvent(write);
    },
  };
}

const unavailable = (): AnycloudError => new AnycloudError("STORE_UNAVAILABLE", "Away: this test wants it so.");

const dataOf = ({ message }: { readonly message?: unknown }): unknown =>
  (message as { params?: { data?: unknown } } | undefined)?.params?.data;

describe.each([0, 10])("with a store of %i ms", (delayMs) => {
  test("100 announcements of one tool arrive in order, and cost a few writes", async () => {
    let writes = 0;
    const store = watchedStore((write) => {
      writes++;
      return write();
    }, delayMs);
    const session = await startInstances(createServer, { store }).open();
    const stream = await session.listen(1);
    const [answer] = await messagesOf(await session.call(0, "announce", { count: COUNT }));
    expect(answer).toMatchObject({ result: { content: [{ text: "announced" }] } });
    const heard: unknown[] = [];
    while (heard.length < COUNT) heard.push(dataOf(await stream.message()));
    expect(heard).toEqual(range(COUNT));
    expect(writes).toBeLessThanOrEqual(30);
    await stream.leave();
  });
});

test("a client that lost the stream between announcements of one entry gets the rest, once", async () => {
  const session = await startInstances(createServer).open();
  const stream = await session.listen(1);
  await session.call(0, "announce", { count: 10 });
  const heard: unknown[] = [];
  while (heard.length < 4) heard.push(dataOf(await stream.message()));
  const { lastEventId } = stream;
  await stream.leave();
  const resumed = await session.listen(2, lastEventId);
  while (heard.length < 10) heard.push(dataOf(await resumed.message()));
  await session.call(0, "announce", { count: 1 });
  heard.push(dataOf(await resumed.message()));
  expect(heard).toEqual([...range(10), 0]);
  await resumed.leave();
});

test("an announcement that an outage met is written when it is over, once, before the answer", async () => {
  let attempts = 0;
  const store = watchedStore(async (write) => {
    attempts++;
    // The first attempt happens although it seems to fail.
    if (attempts === 1) await write();
    if (attempts <= 2) throw unavailable();
    return write();
  });
  const records: RequestRecord[] = [];
  const log = (record: RequestRecord): void => void records.push(record);
  const session = await startInstances(createServer, { store, logLevel: "info", log }).open();
  const stream = await session.listen(1);
  await messagesOf(await session.call(0, "announce", { count: 1 }));
  await messagesOf(await session.call(0, "announce", { count: 2 }));
  expect([dataOf(await stream.message()), dataOf(await stream.message()), dataOf(await stream.message())]).toEqual([
    0, 0, 1,
  ]);
  expect(attempts).toBe(4);
  expect(records.filter(({ error }) => error)).toEqual([]);
  await stream.leave();
});

const lines = vi.spyOn(console, "error");
afterEach(() => void lines.mockReset());

test.each(["announce", "change"])("one that is lost is in the log of its request: %s", async (tool) => {
  const store = watchedStore(() => Promise.reject(unavailable()));
  const records: RequestRecord[] = [];
  const log = (record: RequestRecord): void => void records.push(record);
  const session = await startInstances(createServer, { store, logLevel: "info", log }).open();
  const [answer] = await messagesOf(await session.call(0, tool, { count: 1 }));
  expect(answer).toMatchObject({ result: { content: [{ type: "text" }] } });
  expect(records.at(-1)).toMatchObject({ mcpName: tool, status: 200, error: expect.stringContaining("Away") });
});

test("and in the error stream when the request has its answer by then", async () => {
  lines.mockImplementation(() => {});
  const createLateServer = ({ notify }: FactoryContext): McpServer => {
    const server = new McpServer({ name: "announcing", version: "1" });
    server.registerTool("leave", {}, async () => {
      setTimeout(() => notify.toolsChanged(), 20);
      return { content: [{ type: "text", text: "left" }] };
    });
    return server;
  };
  const store = watchedStore(() => Promise.reject(unavailable()));
  const session = await startInstances(createLateServer, { store }).open();
  await messagesOf(await session.call(0, "leave"));
  await expect
    .poll(() => String(lines.mock.calls[0]))
    .toMatch(/^request test \(tools\/call "leave"\): failed after its resp.*Away/);
});

test("an id that is used again soon after its cancellation is answered", async () => {
  const session = await startInstances(createServer).open();
  const call = { ...legacyRequest("tools/call", { name: "wait", arguments: {} }), id: "again" };
  const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "again" } };
  const again = async (): Promise<object[]> => messagesOf(await session.send(2, call));
  const first = session.send(0, call);
  await sleep(100);
  expect((await session.send(1, cancelled)).status).toBe(202);
  // Called off, so there is no answer to it.
  expect((await first).status).toBe(202);
  expect(await again()).toMatchObject([{ id: "again", result: { content: [{ text: "waited" }] } }]);
  // A cancellation that came after the answer.
  expect((await session.send(1, cancelled)).status).toBe(202);
  await sleep(10);
  expect(await again()).toMatchObject([{ id: "again", result: { content: [{ text: "waited" }] } }]);
});
