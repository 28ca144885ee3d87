import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test, vi } from "vitest";
import * as z from "zod/v4";
import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, defineServer, type FactoryContext, toFetch } from "../../src/index.ts";
import { gateway, type RemoteOptions, remote, type Source } from "../../src/sources/sources.ts";
import { callerOf, messagesOf, modernCall } from "../support/messages.ts";
import { createV1Server } from "../support/servers.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";

const QUIET = { logLevel: "silent", audit: "off" } as const;
const ADDRESS = "http://127.0.0.1/mcp";
const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });

/** `fetch` to a handler in this process, which notes what it was sent. */
function wireTo(handler: HttpHandler): { readonly fetch: typeof fetch; readonly sent: Request[] } {
  const serve = toFetch(handler);
  const sent: Request[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    sent.push(request.clone());
    return serve(request, { canStream: true, clientIp: "127.0.0.1" });
  };
  return { fetch, sent };
}

const methodsOf = async (sent: readonly Request[]): Promise<string[]> =>
  Promise.all(
    sent.map(async (request) => (request.method === "POST" ? (await request.clone().json()).method : request.method)),
  );

const upstreamOf = (source: Source) => createMcpEndpoint(source, { store: createMemoryStore(), ...QUIET });

const gatewayOf = (fetch: typeof globalThis.fetch, options: RemoteOptions = {}) =>
  gateway({ crm: remote(ADDRESS, { fetch, ...options }) });

const instancesOf = (source: Source, count: number, store = createMemoryStore()): HttpHandler[] =>
  Array.from({ length: count }, () => createMcpEndpoint(source, { store, ...QUIET }));

function createCrm({ notify }: FactoryContext): McpServer {
  const server = new McpServer({ name: "crm", version: "1.0.0" });
  server.registerTool("find", { inputSchema: z.object({ name: z.string() }) }, async ({ name }) =>
    text(`found ${name}`),
  );
  server.registerTool("boom", {}, async () => {
    throw new Error("out of paper");
  });
  server.registerTool("ask", {}, async (ctx) => {
    const answer = await ctx.mcpReq.elicitInput({
      message: "Sure?",
      requestedSchema: { type: "object", properties: { sure: { type: "boolean" } } },
    });
    return text(JSON.stringify(answer.content));
  });
  server.registerTool("change", {}, async () => {
    notify.toolsChanged();
    return text("changed");
  });
  server.registerResource("customer", "crm://1", {}, (uri) => ({ contents: [{ uri: uri.href, text: "Ada" }] }));
  return server;
}

describe.each(ERAS)("a client of %s", (era) => {
  test("uses an upstream of the same era, with its lists from the cache", async () => {
    const { fetch, sent } = wireTo(upstreamOf(createCrm));
    const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
    const client = await connectTo(handler, era);
    for (let n = 0; n < 5; n++) expect((await client.listTools()).tools).toHaveLength(4);
    expect(await callText(client, "crm_find", { name: "Ada" })).toBe("found Ada");
    expect(await callText(client, "crm_boom")).toBe("out of paper");
    expect((await client.readResource({ uri: "crm+crm://1" })).contents).toMatchObject([
      { uri: "crm+crm://1", text: "Ada" },
    ]);
    const methods = await methodsOf(sent);
    const lists = methods.filter((method) => method === "tools/list").length;
    expect(methods).toContain(era === "2026-07-28" ? "server/discover" : "initialize");
    if (era === "2026-07-28") {
      expect(lists).toBe(1);
      expect(methods).not.toContain("GET");
      // The SDK's client of a session listens, and once its upstream is heard, the list is read again.
    } else expect(lists).toBeLessThanOrEqual(2);
  });

  test("uses an upstream of SDK v1, which has sessions alone", async () => {
    const { fetch } = wireTo(upstreamOf(createV1Server));
    const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
    const client = await connectTo(handler, era);
    expect(await callText(client, "crm_echo", { text: "old" })).toBe("old");
  });

  test("is told in words when the upstream is away, and the rest works", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const away = async (): Promise<Response> => {
      throw new TypeError("fetch failed: 10.0.0.7 refused");
    };
    let asked = 0;
    const counting = () => {
      asked++;
      return away();
    };
    const source = gateway({
      crm: remote(ADDRESS, { fetch: counting as never, breaker: { failures: 2, seconds: 60 } }),
      here: createCrm,
    });
    const [handler] = instancesOf(source, 1) as [HttpHandler];
    const client = await connectTo(handler, era);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("here_find");
    const { isError, content } = await client.callTool({ name: "crm_find", arguments: { name: "a" } });
    expect(isError).toBe(true);
    expect(JSON.stringify(content)).toContain("gave no answer");
    expect(JSON.stringify(content)).not.toMatch(/10\.0\.0\.7|127\.0\.0\.1/);
    const before = asked;
    for (let n = 0; n < 5; n++) await client.callTool({ name: "crm_find", arguments: { name: "a" } });
    expect(asked).toBe(before);
    const health = await toFetch(handler)(new Request("http://127.0.0.1/health?detail"), { clientIp: "127.0.0.1" });
    expect(await health.json()).toEqual({ status: "ok", sources: { crm: "failing", here: "ok" } });
    const lines = logged.mock.calls.map((line) => line.join(" ")).join("\n");
    expect(lines).toContain("upstream 127.0.0.1 gets no requests for 60 s after 2 failures");
    logged.mockRestore();
  });
});

test("a session at the upstream is one for all instances, and is opened anew where it is lost", async () => {
  const first = upstreamOf(createCrm);
  let upstream = first;
  const { fetch, sent } = wireTo((request, invocation) => upstream(request, invocation));
  const store = createMemoryStore();
  const instances = instancesOf(gatewayOf(fetch), 3, store);
  let turn = 0;
  const client = await connectTo((...args) => (instances[turn++ % 3] as HttpHandler)(...args), "2025-11-25");
  for (let n = 0; n < 6; n++) expect(await callText(client, "crm_find", { name: "Ada" })).toBe("found Ada");
  expect((await methodsOf(sent)).filter((method) => method === "initialize")).toHaveLength(1);
  upstream = upstreamOf(createCrm);
  for (let n = 0; n < 6; n++) expect(await callText(client, "crm_find", { name: "Bob" })).toBe("found Bob");
  expect((await methodsOf(sent)).filter((method) => method === "initialize")).toHaveLength(2);
});

test("two sessions here are two sessions at the upstream", async () => {
  const { fetch, sent } = wireTo(upstreamOf(createCrm));
  const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
  const clients = await Promise.all([connectTo(handler, "2025-11-25"), connectTo(handler, "2025-11-25")]);
  for (const client of clients) await callText(client, "crm_find", { name: "Ada" });
  const ids = new Set(sent.map(({ headers }) => headers.get("mcp-session-id")).filter((id) => id !== null));
  expect(ids.size).toBe(2);
});

test("a question of the upstream reaches the client, and its answer the upstream", async () => {
  const { fetch } = wireTo(upstreamOf(createCrm));
  const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
  const client = await connectTo(handler, "2025-11-25", {
    capabilities: { elicitation: {} },
    prepare: (prepared) =>
      prepared.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { sure: true } })),
  });
  expect(await callText(client, "crm_ask")).toBe('{"sure":true}');
});

test("the caller's token is not passed on", async () => {
  const { fetch, sent } = wireTo(upstreamOf(createCrm));
  const verifier = {
    verifyAccessToken: async (token: string) => ({
      token,
      clientId: "test",
      scopes: [],
      expiresAt: Date.now() / 1000 + 60,
      extra: { sub: "ada" },
    }),
  };
  const source = defineServer({ ...gatewayOf(fetch), verifier });
  const [handler] = instancesOf(source, 1) as [HttpHandler];
  const client = await connectTo(handler, "2026-07-28", { headers: { authorization: "Bearer of-the-caller" } });
  await callText(client, "crm_find", { name: "Ada" });
  const ask = (url: string, headers = {}) =>
    toFetch(handler)(new Request(`http://127.0.0.1${url}`, { headers }), { clientIp: "127.0.0.1" });
  expect((await ask("/health?detail")).status).toBe(401);
  expect(await (await ask("/health")).json()).toEqual({ status: "ok" });
  const detail = await ask("/health?detail", { authorization: "Bearer of-the-caller" });
  expect(await detail.json()).toEqual({ status: "ok", sources: { crm: "ok" } });
  expect(sent.length).toBeGreaterThan(0);
  for (const request of sent) {
    expect([...request.headers.values()].join()).not.toContain("of-the-caller");
    expect(await request.text()).not.toContain("of-the-caller");
  }
});

test("an upstream that lies costs only what it lies about", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const tool = (name: unknown) => ({ name, inputSchema: { type: "object" } });
  const lies = [
    tool("a"),
    tool("a"),
    tool(7),
    { name: "no schema" },
    null,
    ...Array.from({ length: 50 }, (_, n) => tool(`t${n}`)),
  ];
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { id, method } = JSON.parse(String(init?.body));
    const result =
      method === "server/discover" ? DISCOVERED : method === "tools/list" ? { tools: lies, nextCursor: "again" } : {};
    return Response.json({ jsonrpc: "2.0", id, result: { resultType: "complete", ...result } });
  };
  const source = gateway({ crm: remote(ADDRESS, { fetch: fetch as never, maxItems: 10 }) });
  const [handler] = instancesOf(source, 1) as [HttpHandler];
  const client = await connectTo(handler, "2026-07-28");
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["crm_a", ...Array.from({ length: 9 }, (_, n) => `crm_t${n}`)]);
  vi.restoreAllMocks();
});

test("an answer without end is cut off", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { id, method } = JSON.parse(String(init?.body));
    if (method === "server/discover") return Response.json({ jsonrpc: "2.0", id, result: DISCOVERED });
    const flood = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) });
    return new Response(flood, { headers: { "content-type": "application/json" } });
  };
  const source = gateway({ crm: remote(ADDRESS, { fetch: fetch as never, maxBytes: 1_000_000 }) });
  const [handler] = instancesOf(source, 1) as [HttpHandler];
  const client = await connectTo(handler, "2026-07-28");
  expect(await callText(client, "crm_find", { name: "a" })).toContain("too large");
  vi.restoreAllMocks();
});

const DISCOVERED = {
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {} },
  serverInfo: { name: "liar", version: "1" },
};

const OPENED = {
  protocolVersion: "2025-11-25",
  capabilities: { tools: {} },
  serverInfo: { name: "liar", version: "1" },
};

test.each(ERAS)(
  "what an upstream once said of itself and was no answer is not kept, for a client of %s",
  async (era) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const upstream = toFetch(upstreamOf(createCrm));
    let isLying = true;
    const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const request = new Request(input, init);
      if (!isLying) return upstream(request, { canStream: true, clientIp: "127.0.0.1" });
      return Response.json({ jsonrpc: "2.0", id: (await request.json()).id, result: {} });
    };
    const [handler] = instancesOf(gatewayOf(fetch as never), 1) as [HttpHandler];
    const client = await connectTo(handler, era);
    expect(await callText(client, "crm_find", { name: "Ada" })).toContain("malformed");
    isLying = false;
    expect(await callText(client, "crm_find", { name: "Ada" })).toBe("found Ada");
    vi.restoreAllMocks();
  },
);

test("an upstream that sends notifications without end, or of other requests, is held to its own", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { id, method, params } = JSON.parse(String(init?.body));
    if (method === "server/discover") return Response.json({ jsonrpc: "2.0", id, result: DISCOVERED });
    const isFlood = params.name === "flood";
    const { progressToken } = params._meta;
    const frames = [
      { method: "notifications/progress", params: { progressToken: "of-another", progress: 1 } },
      { method: "notifications/cancelled", params: { requestId: 1 } },
      ...Array.from({ length: isFlood ? 2_000 : 2 }, (_, progress) => ({
        method: "notifications/progress",
        params: { progressToken, progress },
      })),
      { id, result: { resultType: "complete", content: [{ type: "text", text: "done" }] } },
    ].map((message) => `data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
    return new Response(frames.join(""), { headers: { "content-type": "text/event-stream" } });
  };
  const [handler] = instancesOf(gatewayOf(fetch as never), 1) as [HttpHandler];
  const ask = callerOf(handler);
  const call = async (name: string): Promise<Record<string, unknown>[]> => {
    const [message, { headers }] = modernCall("tools/call", { name, arguments: {}, _meta: { progressToken: "own" } });
    return messagesOf(await ask(message, { headers: { ...headers, host: "127.0.0.1" }, invocation: LOOPBACK }));
  };
  const messages = await call("crm_find");
  expect(messages.map(({ params, result }) => params ?? result)).toMatchObject([
    { progressToken: "own", progress: 0 },
    { progressToken: "own", progress: 1 },
    { content: [{ text: "done" }] },
  ]);
  const flood = await call("crm_flood");
  expect(flood.length).toBeLessThan(1_000);
  expect(JSON.stringify(flood.at(-1))).toContain("too many notifications");
  vi.restoreAllMocks();
});

const LOOPBACK = { clientIp: "127.0.0.1" };

test("lists that changed are told to clients that listen", async () => {
  let tools = [{ name: "a", inputSchema: { type: "object" } }];
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { id, method } = JSON.parse(String(init?.body));
    const result =
      method === "initialize" ? OPENED : method === "server/discover" ? DISCOVERED : { resultType: "complete", tools };
    return Response.json({ jsonrpc: "2.0", id, result });
  };
  const source = gateway({ crm: remote(ADDRESS, { fetch: fetch as never, listSeconds: 0 }) });
  const [handler] = instancesOf(source, 1) as [HttpHandler];
  let changes = 0;
  const client = await connectTo(handler, "2025-11-25", {
    prepare: (prepared) => prepared.setNotificationHandler("notifications/tools/list_changed", () => void changes++),
  });
  await client.listTools();
  tools = [...tools, { name: "b", inputSchema: { type: "object" } }];
  expect((await client.listTools()).tools).toHaveLength(2);
  await vi.waitFor(() => expect(changes).toBe(1), 5_000);
  await client.close();
});

test.each([
  ["http://crm.example/mcp", {}, "must have an https address"],
  ["https://user:word@crm.example/mcp", {}, "must have an https address"],
  ["not an address", {}, "must have an https address"],
  [ADDRESS, { timeoutSeconds: 0 }, "timeoutSeconds of remote"],
])("is refused with one sentence: %s %o", (address, options, sentence) => {
  expect(() => remote(address, options)).toThrow(sentence);
});

const bearer = {
  verifyAccessToken: async (token: string) => ({
    ...{ token, clientId: "test", scopes: [], expiresAt: Date.now() / 1000 + 60 },
    extra: { sub: token },
  }),
};
const as = (caller: string) => ({ headers: { authorization: `Bearer ${caller}` } });

test("answers that are too large for one caller keep no other from the upstream", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  const { fetch } = wireTo(
    upstreamOf(() => {
      const server = new McpServer({ name: "crm", version: "1" });
      server.registerTool("export", {}, async () => text("x".repeat(10_000)));
      server.registerTool("echo", {}, async () => text("well"));
      return server;
    }),
  );
  const [handler] = instancesOf(gatewayOf(fetch, { maxBytes: 5_000, breaker: { failures: 2, seconds: 60 } }), 1);
  const client = await connectTo(handler as HttpHandler, "2026-07-28");
  for (let n = 0; n < 3; n++) expect(await callText(client, "crm_export")).toContain("Its answer is too large");
  expect(await callText(client, "crm_echo")).toBe("well");
  logged.mockRestore();
});

test("one caller leaves room at an upstream for others", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { fetch } = wireTo(
    upstreamOf(() => {
      const server = new McpServer({ name: "crm", version: "1" });
      server.registerTool("wait", {}, async () => {
        await released;
        return text("done");
      });
      server.registerTool("echo", {}, async () => text("well"));
      return server;
    }),
  );
  const source = defineServer({ ...gatewayOf(fetch, { maxConcurrent: 5 }), verifier: bearer });
  const [handler] = instancesOf(source, 1) as [HttpHandler];
  const [ada, bob] = await Promise.all([
    connectTo(handler, "2026-07-28", as("ada")),
    connectTo(handler, "2026-07-28", as("bob")),
  ]);
  const waiting = Array.from({ length: 4 }, () => callText(ada, "crm_wait"));
  await vi.waitFor(async () => expect(await callText(ada, "crm_echo")).toContain("Too many requests"));
  expect(await callText(bob, "crm_echo")).toBe("well");
  release();
  expect(await Promise.all(waiting)).toEqual(Array(4).fill("done"));
  logged.mockRestore();
});
