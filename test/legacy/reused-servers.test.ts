import { McpServer as V1Server } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { createMcpEndpoint, type HttpResponse, type McpEndpointOptions, type ServerFactory } from "../../src/index.ts";
import { type CallOptions, callerOf, legacyRequest, messagesOf, textOf } from "../core/messages.ts";
import { counted, plain } from "../modern/counted-factory.ts";
import { textResult } from "../modern/instances.ts";

type Call = (method: string, params?: object, options?: CallOptions) => Promise<HttpResponse>;

/** An endpoint without sessions, as a 2025 client asks it. */
function open(factory: ServerFactory, options: McpEndpointOptions = {}): Call {
  const at = callerOf(createMcpEndpoint(factory, { logLevel: "silent", ...options }));
  return (method, params = {}, { headers, ...more } = {}) =>
    at(legacyRequest(method, params), { ...more, headers: { "mcp-protocol-version": "2025-11-25", ...headers } });
}

const tool = (name: string): [string, object] => ["tools/call", { name, arguments: {} }];

test("a factory that is told nothing and has shown that it builds, builds no more for calls that come one by one", async () => {
  const { factory, built } = counted(plain);
  const call = open(factory);
  for (let n = 0; n < 5; n++) expect(await textOf(await call(...tool("plain")))).toContain("done");
  expect(built()).toBe(2);
  const apart = open(factory, { shortcuts: false });
  for (let n = 0; n < 3; n++) await apart(...tool("plain"));
  expect(built()).toBe(5);
  const told = open((_context) => factory(_context));
  for (let n = 0; n < 3; n++) await told(...tool("plain"));
  expect(built()).toBe(8);
});

test("so do servers of SDK v1", async () => {
  let built = 0;
  const call = open(() => {
    built++;
    const server = new V1Server({ name: "reused", version: "1" });
    server.registerTool("plain", {}, async () => textResult("done"));
    return server;
  });
  for (let n = 0; n < 5; n++) expect(await textOf(await call(...tool("plain")))).toContain("done");
  expect(built).toBe(2);
});

test("what changes a server is for one of its own", async () => {
  const { factory, built } = counted((server) => {
    server.registerTool("who", {}, async () => textResult(JSON.stringify(server.server.getClientVersion() ?? null)));
  });
  const call = open(factory);
  for (let n = 0; n < 3; n++) await call(...tool("who"));
  const before = built();
  const clientInfo = { name: "ada", version: "1" };
  await call("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  await call("logging/setLevel", { level: "error" });
  await call("ping");
  expect(built()).toBe(before + 3);
  expect(await textOf(await call(...tool("who")))).toContain('"null"');
});

test("calls at one time have a server each", async () => {
  let running = 0;
  const { factory, built } = counted((server) => {
    server.registerTool("meet", {}, async () => {
      running++;
      while (running < 3) await new Promise(setImmediate);
      return textResult("met");
    });
  });
  const call = open(factory);
  const answers = await Promise.all([1, 2, 3].map(() => call(...tool("meet"))));
  expect(await Promise.all(answers.map(textOf))).toEqual([1, 2, 3].map(() => expect.stringContaining("met")));
  expect(built()).toBe(3);
});

test("a client that leaves has not cancelled, and its server serves on", async () => {
  let finish = (): void => {};
  let finished = 0;
  const { factory, built } = counted((server) => {
    plain(server);
    server.registerTool("wait", {}, async (ctx) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      if (!ctx.mcpReq.signal.aborted) finished++;
      return textResult("unheard");
    });
  });
  const call = open(factory);
  await call(...tool("plain"));
  const client = new AbortController();
  const answer = call(...tool("wait"), { invocation: { signal: client.signal } });
  await new Promise(setImmediate);
  client.abort();
  expect((await answer).status).toBe(202);
  finish();
  await expect.poll(() => finished).toBe(1);
  const before = built();
  await call(...tool("plain"));
  expect(built()).toBe(before);
});

test("progress comes before the result, where there is a place for it", async () => {
  const { factory } = counted((server) => {
    server.registerTool("work", {}, async (ctx) => {
      await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
      return textResult("done");
    });
  });
  const call = open(factory);
  for (let n = 0; n < 3; n++) {
    const [progress, result] = await messagesOf(await call(...tool("work")));
    expect([progress?.method, result?.result]).toEqual(["notifications/progress", expect.anything()]);
    const whole = await call(...tool("work"), { invocation: { canStream: false } });
    expect(whole.headers["content-type"]).toBe("application/json");
  }
});

test("a server that asks its client is told at once that it cannot", async () => {
  const { factory } = counted((server) => {
    server.registerTool("ask", {}, async () => textResult(String(await server.server.request({ method: "ping" }))));
  });
  const call = open(factory);
  for (let n = 0; n < 3; n++) expect(await textOf(await call(...tool("ask")))).toContain("cannot send ping");
});

test("a server that changed its own tools is not used again", async () => {
  const { factory, built } = counted((server) => {
    const once = server.registerTool("once", {}, async () => {
      once.disable();
      return textResult("this once");
    });
  });
  const call = open(factory);
  for (let n = 1; n <= 3; n++) {
    expect(await textOf(await call(...tool("once")))).toContain("this once");
    expect(built()).toBe(n);
  }
});

test("a factory that hands out one server again may do so for calls of every kind", async () => {
  const server = new McpServer({ name: "reused", version: "1" });
  plain(server);
  const call = open(() => server);
  for (let n = 0; n < 3; n++) {
    expect(await textOf(await call(...tool("plain")))).toContain("done");
    expect((await call("ping")).status).toBe(200);
  }
});
