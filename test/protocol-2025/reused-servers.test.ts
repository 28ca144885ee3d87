import { McpServer as V1Server } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import type { HttpResponse } from "../../src/adapter.ts";
import { createMcpEndpoint, type McpEndpointOptions, type ServerFactory } from "../../src/index.ts";
import { counted, plain } from "../protocol-2026/counted-factory.ts";
import { textResult } from "../protocol-2026/instances.ts";
import { type CallOptions, callerOf, legacyRequest, messagesOf, textOf } from "../support/messages.ts";

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
  const apart = open(factory, { fastPath: false });
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
    server.registerTool("tell", {}, async (ctx) => {
      await ctx.mcpReq.log("info", "told");
      return textResult("done");
    });
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
  const told = (await messagesOf(await call(...tool("tell")))).map(({ method }) => method);
  expect([told, built()]).toEqual([["notifications/message", undefined], before + 3]);
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

const question = {
  method: "sampling/createMessage",
  params: { messages: [], maxTokens: 1 },
} as const;

function createV1Asking(): V1Server {
  const server = new V1Server({ name: "asking", version: "1" });
  server.registerTool("ask", {}, async () => textResult(String(await server.server.request(question, z.any()))));
  return server;
}

function createV2Asking(): McpServer {
  const server = new McpServer({ name: "asking", version: "1" });
  server.registerTool("ask", {}, async () => textResult(String(await server.server.request(question))));
  return server;
}

test.each([
  ["v1", createV1Asking],
  ["v2", createV2Asking],
])("a server of SDK %s that asks its client is told at once that it cannot", async (_sdk, factory) => {
  const call = open(factory);
  for (let n = 0; n < 3; n++) {
    expect(await textOf(await call(...tool("ask")))).toContain("cannot send sampling/createMessage to this client");
  }
});

test("what a handler says too late reaches no other call, though its id is the same", async () => {
  let sayLate: () => Promise<void> = async () => {};
  let goOn: (() => void) | undefined;
  const { factory, built } = counted((server) => {
    server.registerTool("first", {}, async (ctx) => {
      sayLate = () =>
        ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
      return textResult("done");
    });
    server.registerTool("second", {}, async () => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return textResult("mine alone");
    });
  });
  const at = callerOf(createMcpEndpoint(factory, { logLevel: "silent" }));
  const call = (name: string): Promise<HttpResponse> =>
    at({ ...legacyRequest(...tool(name)), id: 1 }, { headers: { "mcp-protocol-version": "2025-11-25" } });
  // The second one is the first whose server is kept.
  for (let n = 0; n < 2; n++) await call("first");
  const second = call("second");
  await expect.poll(() => goOn).toBeDefined();
  await sayLate();
  goOn?.();
  expect(await messagesOf(await second)).toEqual([expect.objectContaining({ id: 1, result: expect.anything() })]);
  expect(built()).toBe(2);
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
