import { describe, expect, test } from "vitest";
import { createMcpEndpoint, createMemoryStore, type McpEndpointOptions, type ServerFactory } from "../../src/index.ts";
import { type Caller, callerOf, legacyRequest, messagesOf, modernCall, textOf } from "../support/messages.ts";
import { createV1Server, createV2Server } from "../support/servers.ts";

const quiet = { logLevel: "silent" } as const;
const endpoint = (factory: ServerFactory, options?: McpEndpointOptions): Caller =>
  callerOf(createMcpEndpoint(factory, { ...quiet, ...options }));

const callTool = (name: string, args: object = {}): { id: number } & Record<string, unknown> =>
  legacyRequest("tools/call", { name, arguments: args });

describe.each([
  ["SDK v2", createV2Server],
  ["SDK v1", createV1Server],
] as const)("a 2025-era client and a server of %s", (_sdk, factory) => {
  const call = endpoint(factory);

  test("a plain answer is one JSON body, without initialize having gone before", async () => {
    const response = await call(callTool("echo", { text: "hi" }));
    expect(response).toMatchObject({ status: 200, headers: { "content-type": "application/json" } });
    expect(await messagesOf(response)).toMatchObject([{ result: { content: [{ text: "hi" }] } }]);
  });

  test("a notification on the way makes it a stream, in order", async () => {
    const response = await call(callTool("progress"));
    expect(response.headers["content-type"]).toBe("text/event-stream");
    expect(await messagesOf(response)).toMatchObject([
      { method: "notifications/progress" },
      { result: { content: [{ text: "done" }] } },
    ]);
  });

  test.each([
    ["where the ingress cannot stream", { invocation: { canStream: false } }],
    ["when the client accepts JSON alone", { headers: { accept: "application/json" } }],
  ])("it stays one JSON body %s", async (_when, options) => {
    const response = await call(callTool("progress"), options);
    expect(response.headers["content-type"]).toBe("application/json");
    expect(await messagesOf(response)).toMatchObject([{ result: { content: [{ text: "done" }] } }]);
  });

  test("a server-to-client request fails at once and says why", async () => {
    const [message] = await messagesOf(await call(callTool("ask")));
    expect(message).toMatchObject({ result: { isError: true } });
    expect(JSON.stringify(message)).toContain("The server cannot send ping to this client");
  });

  test.each([
    ["a notification", { jsonrpc: "2.0", method: "notifications/initialized" }],
    ["a reply", { jsonrpc: "2.0", id: 7, result: {} }],
  ])("%s is accepted without a body", async (_kind, message) => {
    const response = await call(message);
    expect([response.status, await textOf(response)]).toEqual([202, ""]);
  });

  test.each(["2026-05-11", "2024-01-01", "1"])("initialize negotiates, also from the revision %s", async (version) => {
    const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: "test", version: "1" } };
    const headers = { "mcp-protocol-version": version };
    for (const options of [{}, { store: createMemoryStore() }]) {
      const response = await endpoint(factory, options)(legacyRequest("initialize", params), { headers });
      expect(response.status).toBe(200);
      expect(await messagesOf(response)).toMatchObject([{ result: { protocolVersion: "2025-11-25" } }]);
      const refused = await endpoint(factory, options)(legacyRequest("tools/list"), { headers });
      expect(refused.status).toBe(400);
    }
  });

  test("a batch is refused before any of it runs", async () => {
    const response = await call([callTool("echo", { text: "1" }), callTool("echo", { text: "2" })]);
    expect(response.status).toBe(400);
    expect(await textOf(response)).toContain("batches are not supported");
  });

  test("a protocol version nobody speaks is refused with those that are", async () => {
    const response = await call(callTool("echo"), { headers: { "mcp-protocol-version": "2019-01-01" } });
    expect(response.status).toBe(400);
    expect(await textOf(response)).toContain("2025-11-25");
  });
});

describe("a 2026-07-28 client", () => {
  const call = endpoint(createV2Server);

  test("calls a tool", async () => {
    const response = await call(...modernCall("tools/call", { name: "echo", arguments: { text: "hi" } }));
    expect(response.headers["content-type"]).toContain("application/json");
    expect(await messagesOf(response)).toMatchObject([
      { result: { content: [{ text: "hi" }], resultType: "complete" } },
    ]);
  });

  test("gets one JSON body where the ingress cannot stream", async () => {
    const [message, options] = modernCall("tools/call", { name: "progress" });
    const response = await call(message, { ...options, invocation: { canStream: false } });
    expect(response.headers["content-type"]).toBe("application/json");
    expect(await messagesOf(response)).toMatchObject([{ result: { content: [{ text: "done" }] } }]);
  });

  test("is told by a server of SDK v1 to fall back to initialize", async () => {
    const response = await endpoint(createV1Server)(...modernCall("server/discover"));
    expect(response.status).toBe(400);
    const [message] = await messagesOf(response);
    expect(message).toMatchObject({ error: { code: -32022, data: { requested: "2026-07-28" } } });
  });

  test("listens for changes and is let go gracefully at the deadline", async () => {
    const deadline = new AbortController();
    const [message, options] = modernCall("subscriptions/listen", { notifications: { toolsListChanged: true } });
    const listening = await call(message, { ...options, invocation: { deadline: deadline.signal } });
    const chunks = (listening.body as AsyncIterable<string>)[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toContain("notifications/subscriptions/acknowledged");
    await call(...modernCall("tools/call", { name: "change" }));
    expect((await chunks.next()).value).toContain("notifications/tools/list_changed");
    deadline.abort();
    expect((await chunks.next()).value).toContain('"resultType":"complete"');
    expect((await chunks.next()).done).toBe(true);
  });

  test("is refused a subscription where the ingress cannot stream", async () => {
    const [message, options] = modernCall("subscriptions/listen", { notifications: { toolsListChanged: true } });
    const response = await call(message, { ...options, invocation: { canStream: false } });
    expect(response.status).toBe(404);
    expect(await messagesOf(response)).toMatchObject([{ error: { code: -32601 } }]);
  });
});

test.each<[string, Parameters<Caller>]>([
  ["modern", modernCall("tools/list")],
  ["legacy", [legacyRequest("tools/list")]],
])("what the factory throws is told to the log, not to the client (%s)", async (era, request) => {
  const records: unknown[] = [];
  const broken = (): never => {
    throw new Error("the password is swordfish");
  };
  const response = await callerOf(createMcpEndpoint(broken, { log: (record) => records.push(record) }))(...request);
  expect(response.status).toBe(500);
  expect(await textOf(response)).not.toContain("swordfish");
  expect(records).toMatchObject([{ level: "error", era, status: 500, error: expect.stringContaining("swordfish") }]);
});
