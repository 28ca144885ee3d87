import { McpServer } from "@modelcontextprotocol/server";
import { expect, test, vi } from "vitest";
import type { HttpHandler } from "../../src/adapter.ts";
import { createMemoryStore, defineServer, toFetch } from "../../src/index.ts";
import { gateway, remote, secretToken } from "../../src/sources/sources.ts";
import { callerOf, messagesOf, modernCall } from "../support/messages.ts";
import { serveFetch } from "./loopback-endpoint.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";
import {
  ADDRESS,
  createCrm,
  DISCOVERED,
  fetchOf,
  gatewayOf,
  instancesOf,
  OPENED,
  text,
  upstreamOf,
  wireTo,
} from "./upstreams.ts";

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
  expect(JSON.stringify(flood.at(-1))).toContain("too many messages");
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

test("a caller is not told the token of the deployment, whatever repeats it", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.stubEnv("CRM_TOKEN", "of-the-deployment");
  const fetch = fetchOf((method, { id, params }, headers) => {
    if (method !== "tools/call") return undefined;
    const words = `asked with ${headers.get("authorization")}`;
    if (params?.name === "result") return text(words);
    return Response.json({ jsonrpc: "2.0", id, error: { code: -32_000, message: words, data: { words } } });
  });
  const [handler] = instancesOf(gatewayOf(fetch, { credentials: secretToken("CRM_TOKEN") }), 1) as [HttpHandler];
  const client = await connectTo(handler, "2026-07-28");
  expect(await callText(client, "crm_result")).toBe("asked with Bearer [secret]");
  const failure = await client.callTool({ name: "crm_error" }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: expect.stringContaining("Bearer [secret]") });
  expect(JSON.stringify(failure)).not.toContain("of-the-deployment");
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each(ERAS)("an upstream that asks whether its client is there is told so, for a client of %s", async (era) => {
  const calls: { readonly id: unknown; readonly stream: ReadableStreamDefaultController<Uint8Array> }[] = [];
  const frame = (message: object): Uint8Array =>
    new TextEncoder().encode(`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
  const fetch = fetchOf((method, { id, result }) => {
    if (method === "tools/call") {
      const start = (stream: ReadableStreamDefaultController<Uint8Array>): void => {
        calls.push({ id, stream });
        stream.enqueue(frame({ id: "there?", method: "ping" }));
      };
      return new Response(new ReadableStream({ start }), { headers: { "content-type": "text/event-stream" } });
    }
    if (id === "there?") {
      const { id: asked, stream } = calls.at(-1) as (typeof calls)[number];
      stream.enqueue(frame({ id: asked, result: { resultType: "complete", ...text(JSON.stringify(result)) } }));
      stream.close();
    }
    return undefined;
  });
  const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
  expect(await callText(await connectTo(handler, era), "crm_find")).toBe("{}");
});

test("an instance that comes late finds the session of today behind all that the upstream forgot", async () => {
  const open = new Set<string>();
  const fetch = fetchOf((method, { id: asked }, headers) => {
    const session = headers.get("mcp-session-id") ?? "";
    if (method === "server/discover") return new Response("no such method", { status: 400 });
    if (method === "initialize") {
      const id = crypto.randomUUID();
      open.add(id);
      const body = { jsonrpc: "2.0", id: asked, result: OPENED };
      return Response.json(body, { headers: { "mcp-session-id": id } });
    }
    if (!open.has(session)) return new Response("no such session", { status: 404 });
    return method === "tools/call" ? text(session) : undefined;
  });
  const store = createMemoryStore();
  const call = async (): Promise<string> => {
    // One that remembers nothing.
    const source = defineServer({ ...gatewayOf(fetch), verifier: bearer });
    const [instance] = instancesOf(source, 1, store) as [HttpHandler];
    return callText(await connectTo(instance, "2026-07-28", as("ada")), "crm_find");
  };
  const used = new Set<string>();
  for (let day = 0; day < 4; day++) {
    open.clear();
    const session = await call();
    expect(open).toContain(session);
    // The next instance uses the same one.
    expect(await call()).toBe(session);
    used.add(session);
  }
  expect(used.size).toBe(4);
});

test("an upstream that answered with an error of the moment is asked anew what it speaks", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  let failures = 1;
  const fetch = fetchOf((method, { id }) => {
    const refusal = (message: string): Response =>
      Response.json({ jsonrpc: "2.0", id, error: { code: -32_603, message } });
    if (method === "initialize") return refusal("This server has no sessions.");
    if (method === "server/discover" && failures-- > 0) return refusal("out of memory");
    return method === "tools/call" ? text("well") : undefined;
  });
  const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
  const client = await connectTo(handler, "2026-07-28");
  await expect(client.callTool({ name: "crm_find" })).rejects.toThrow("no sessions");
  expect(await callText(client, "crm_find")).toBe("well");
  vi.restoreAllMocks();
});

test.each(ERAS)("a response without the answer ends the call at once, for a client of %s", async (era) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const fetch = fetchOf((method, { params }) => {
    if (method !== "tools/call") return undefined;
    if (params?.name === "accepted") return new Response(null, { status: 202 });
    return Response.json({ jsonrpc: "2.0", id: "of-another", result: text("not yours") });
  });
  // The time limit is an hour.
  const [handler] = instancesOf(gatewayOf(fetch, { timeoutSeconds: 3_600 }), 1) as [HttpHandler];
  const client = await connectTo(handler, era);
  for (const name of ["crm_accepted", "crm_other"])
    expect(await callText(client, name)).toContain("ended its response before it answered");
  vi.restoreAllMocks();
});

test.each(ERAS)("no redirect takes a request, or its token, to another server, for a client of %s", async (era) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.stubEnv("CRM_TOKEN", "of-the-deployment");
  const stolen: string[] = [];
  const other = await serveFetch(async ({ url }) => {
    stolen.push(url);
    return Response.json({});
  });
  const upstream = await serveFetch(async (request) => {
    await request.text();
    return new Response(null, { status: 307, headers: { location: other.url } });
  });
  try {
    const crm = remote(upstream.url, { credentials: secretToken("CRM_TOKEN") });
    const client = await connectTo(instancesOf(crm, 1)[0] as HttpHandler, era);
    expect(await callText(client, "find")).toContain("It answered with status 307");
    expect(stolen).toEqual([]);
  } finally {
    await upstream.close();
    await other.close();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  }
});
