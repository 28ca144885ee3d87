import { McpServer } from "@modelcontextprotocol/server";
import { expect, test, vi } from "vitest";
import type { HttpHandler } from "../../src/adapter.ts";
import { defineServer, toFetch } from "../../src/index.ts";
import { gateway, remote } from "../../src/sources/sources.ts";
import { callerOf, messagesOf, modernCall } from "../support/messages.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";
import { ADDRESS, createCrm, DISCOVERED, gatewayOf, instancesOf, text, upstreamOf, wireTo } from "./upstreams.ts";

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
      { method: "notifications/cancelled", params: { requestId: id } },
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
  await expect.poll(() => callText(ada, "crm_echo")).toContain("Too many requests");
  expect(await callText(bob, "crm_echo")).toBe("well");
  release();
  expect(await Promise.all(waiting)).toEqual(Array(4).fill("done"));
  logged.mockRestore();
});
