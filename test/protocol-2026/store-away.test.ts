import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import type { RequestRecord } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, type FactoryContext, type ServerFactory } from "../../src/index.ts";
import { type CallOptions, callerOf, messagesOf, modernCall } from "../support/messages.ts";
import { breakableStore } from "../support/stores.ts";
import { textResult, withOptions } from "./instances.ts";

const HOUR = { ttlSeconds: 3600 };

function createServer({ handles, notify }: FactoryContext): McpServer {
  const server = new McpServer({ name: "keeps", version: "1.0.0" }, { capabilities: { tools: { listChanged: true } } });
  server.registerTool("keep", {}, async () => textResult(await handles.create("value", HOUR)));
  server.registerTool("keep_later", {}, async ({ mcpReq }) => {
    await mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
    return textResult(await handles.create("value", HOUR));
  });
  server.registerTool("do_without", {}, async () => {
    notify.toolsChanged();
    return textResult(await handles.create("value", HOUR).catch(() => "not kept"));
  });
  server.registerTool("plain", {}, async () => textResult("plain"));
  server.registerTool("wrong", {}, async () => {
    throw new Error("the server's own");
  });
  server.registerResource("value", "value://1", {}, async () => {
    const text = await handles.create("value", HOUR);
    return { contents: [{ uri: "value://1", text }] };
  });
  return server;
}

const tool = (name: string): ReturnType<typeof modernCall> => modernCall("tools/call", { name });
const resource = (): ReturnType<typeof modernCall> =>
  withOptions(modernCall("resources/read", { uri: "value://1" }), { headers: { "mcp-name": "value://1" } });

async function askWithoutStore(request: [unknown, CallOptions], factory: ServerFactory = createServer) {
  const store = breakableStore(createMemoryStore());
  const records: RequestRecord[] = [];
  const call = callerOf(createMcpEndpoint(factory, { store, log: (record) => records.push(record) }));
  store.broken = true;
  const { status, headers, ...response } = await call(...request);
  const message = (await messagesOf({ status, headers, ...response })).at(-1);
  store.broken = false;
  const { status: later } = await call(...request);
  return { status, headers, message, later, record: records[0] };
}

const UNAVAILABLE = {
  status: 503,
  headers: { "retry-after": expect.stringMatching(/^\d+$/), "content-type": "application/json" },
  message: { id: expect.any(Number), error: { code: -32603, message: expect.stringContaining("cannot be reached") } },
  later: 200,
  record: { level: "error", error: expect.stringContaining("this test took it away") },
};
const SERVED = { status: 200, later: 200 };

test("a tool that needs the store gets its client a 503 to come back after", async () => {
  expect(await askWithoutStore(tool("keep"))).toMatchObject(UNAVAILABLE);
});

test("so does a resource that needs it, and a factory", async () => {
  expect(await askWithoutStore(resource())).toMatchObject(UNAVAILABLE);
  const keen = async (context: FactoryContext): Promise<McpServer> => {
    await context.handles.create("value", HOUR);
    return createServer(context);
  };
  expect(await askWithoutStore(tool("plain"), keen)).toMatchObject(UNAVAILABLE);
});

test("so does a tool whose notifications have no place in the one JSON body", async () => {
  const request = withOptions(tool("keep_later"), { invocation: { canStream: false } });
  expect(await askWithoutStore(request)).toMatchObject(UNAVAILABLE);
});

test("once an answer streams it ends with the error that the server made of it, and the operator is told", async () => {
  expect(await askWithoutStore(tool("keep_later"))).toMatchObject({
    status: 200,
    message: { result: { isError: true } },
    record: UNAVAILABLE.record,
  });
});

test("a tool that can do without it answers, and the operator is told", async () => {
  expect(await askWithoutStore(tool("do_without"))).toMatchObject({
    ...SERVED,
    message: { result: { content: [{ text: "not kept" }] } },
    record: UNAVAILABLE.record,
  });
});

test("a tool that asks nothing of it does not notice, nor does one that fails for its own reasons", async () => {
  expect(await askWithoutStore(tool("plain"))).toMatchObject({
    ...SERVED,
    message: { result: { content: [{ text: "plain" }] } },
    record: { level: "info" },
  });
  expect(await askWithoutStore(tool("wrong"))).toMatchObject({
    ...SERVED,
    message: { result: { isError: true, content: [{ text: "the server's own" }] } },
    record: { level: "info" },
  });
});
