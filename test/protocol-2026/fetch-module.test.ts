import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { expect, test, vi } from "vitest";
import * as z from "zod/v4";
import { fromWebResponse } from "../../src/http/web-fetch.ts";
import { type AuditRecord, createMcpEndpoint } from "../../src/index.ts";
import { callerOf, legacyRequest, modernCall } from "../support/messages.ts";

function createServer(): McpServer {
  const server = new McpServer({ name: "rival", version: "1.0.0" });
  server.registerTool("greet", { inputSchema: z.object({ name: z.string() }) }, async ({ name }, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    if (progressToken !== undefined)
      await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: 1 } });
    return { content: [{ type: "text", text: `Hello, ${name}, ${ctx.http?.authInfo?.clientId ?? "anybody"}!` }] };
  });
  return server;
}

const silent = { log: () => {} };
const call = (_meta: object = {}) => modernCall("tools/call", { name: "greet", arguments: { name: "Ada" }, _meta });

async function textOf(body: string | AsyncIterable<string> | undefined): Promise<string> {
  return typeof body === "object" ? (await Array.fromAsync(body)).join("") : (body ?? "");
}

test("a createMcpHandler() serves both eras as it is", async () => {
  const send = callerOf(createMcpEndpoint(createMcpHandler(createServer), silent));
  const response = await send(...call());
  expect(response.status).toBe(200);
  expect(await textOf(response.body)).toContain("Hello, Ada, anybody!");
  const opened = await send(
    legacyRequest("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    }),
  );
  expect(await textOf(opened.body)).toContain('"serverInfo":{"name":"rival"');
});

test("it streams where it may, and gives one JSON body behind an ingress that buffers", async () => {
  const send = callerOf(createMcpEndpoint(createMcpHandler(createServer), silent));
  const streamed = await send(...call({ progressToken: "p" }));
  expect(await textOf(streamed.body)).toContain("notifications/progress");
  const [message, options] = call({ progressToken: "p" });
  const buffered = await send(message, { ...options, invocation: { canStream: false } });
  const body = JSON.parse(await textOf(buffered.body));
  expect(body.result.content[0].text).toBe("Hello, Ada, anybody!");
});

test("it stands behind the endpoint's authentication, and is told who calls", async () => {
  const verifier = {
    verifyAccessToken: async (token: string) => {
      if (token !== "good") throw new Error("unknown");
      return { token, clientId: "client-1", scopes: [], expiresAt: 32_503_680_000, extra: { sub: "ada" } };
    },
  };
  const send = callerOf(createMcpEndpoint(createMcpHandler(createServer), { ...silent, verifier }));
  expect((await send(...call())).status).toBe(401);
  const [message, options] = call();
  const response = await send(message, { ...options, headers: { ...options.headers, authorization: "Bearer good" } });
  expect(await textOf(response.body)).toContain("Hello, Ada, client-1!");
});

test("any fetch gets the message as a body, and one that throws is an error with the id", async () => {
  const bodies: unknown[] = [];
  const send = callerOf(
    createMcpEndpoint(
      {
        async fetch(request) {
          bodies.push(await request.json());
          throw new Error("no");
        },
      },
      silent,
    ),
  );
  const [message, options] = call();
  const response = await send(message, options);
  expect(bodies).toEqual([message]);
  expect(JSON.parse(await textOf(response.body))).toMatchObject({
    id: (message as { id: number }).id,
    error: { message: "Internal error" },
  });
});

test("rules that it would not keep are refused", () => {
  const attempt = () => createMcpEndpoint({ ...createMcpHandler(createServer), tools: {} } as never, silent);
  expect(attempt).toThrow("tools has no effect on a server with a fetch of its own: use defineServer({ createServer");
});

test("a server itself is told how to be wrapped", () => {
  const attempt = () => createMcpEndpoint(createServer() as never);
  expect(attempt).toThrow(
    "The server is one McpServer, and each request needs its own: wrap what builds it in a function, as in export default defineServer({ createServer: () => buildServer() }).",
  );
});

const answering = (body: string, type: string) =>
  createMcpEndpoint(
    { fetch: async () => new Response(body, { headers: { "content-type": type } }) },
    { ...silent, maxOutputBytes: 1_000 },
  );
const behindBuffers = async (endpoint: ReturnType<typeof answering>): Promise<unknown> => {
  const [message, options] = call();
  const { body } = await callerOf(endpoint)(message, { ...options, invocation: { canStream: false } });
  return JSON.parse(await textOf(body));
};

test("its response has the limit of every other one", async () => {
  const result = (length: number) => JSON.stringify({ jsonrpc: "2.0", id: 1, result: { text: "x".repeat(length) } });
  expect(await behindBuffers(answering(result(100), "application/json"))).toHaveProperty("result");
  const tooLarge = { id: expect.any(Number), error: { code: -32603, message: expect.stringContaining("1000 bytes") } };
  expect(await behindBuffers(answering(result(1_000), "application/json"))).toMatchObject(tooLarge);
  expect(await behindBuffers(answering(`data: ${result(1_000)}\n\n`, "text/event-stream"))).toMatchObject(tooLarge);
});

test.each(["\n", "\r\n", "\r"])("its events may end their lines with %j", async (end) => {
  const messages = [
    { jsonrpc: "2.0", method: "notifications/progress" },
    { jsonrpc: "2.0", id: 1, result: {} },
  ];
  const events = messages.map((message) => `event: message${end}data: ${JSON.stringify(message)}${end}${end}`);
  expect(await behindBuffers(answering(events.join(""), "text/event-stream"))).toEqual(messages[1]);
});

test.each<[string, () => Response]>([
  ["an error of the network", () => Response.error()],
  ["a status that is none", () => ({ status: 700, headers: new Headers(), body: null }) as Response],
])("%s is an error with the id", async (_what, fetch) => {
  const [message, options] = call();
  const response = await callerOf(createMcpEndpoint({ fetch: async () => fetch() }, silent))(message, options);
  expect(response.status).toBe(500);
  expect(JSON.parse(await textOf(response.body))).toMatchObject({ id: (message as { id: number }).id, error: {} });
});

test("a stream that fails is an error with the id, and leaving it is none", async () => {
  const torn = (): Response => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("torn")) });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  const { body } = await fromWebResponse(torn());
  const chunks = (body as AsyncIterable<string>)[Symbol.asyncIterator]();
  await expect(chunks.next()).rejects.toThrow("torn");
  expect(await chunks.return?.()).toMatchObject({ done: true });
  const send = callerOf(createMcpEndpoint({ fetch: async () => torn() }, silent));
  for (const canStream of [true, false]) {
    const [message, options] = call();
    const response = await send(message, { ...options, invocation: { canStream } });
    expect(await textOf(response.body)).toContain(`"id":${(message as { id: number }).id}`);
  }
});

test("what it answers need not be JSON to be recorded as a refusal", async () => {
  const records: AuditRecord[] = [];
  const verifyAccessToken = async (token: string) => ({
    ...{ token, clientId: "c", scopes: [], expiresAt: 4e9 },
    extra: { sub: "ada" },
  });
  for (const text of ["", "null", "nope"]) {
    const headers = { "content-type": "application/json" };
    const fetch = async (): Promise<Response> => new Response(text, { status: 404, headers });
    const log = vi.spyOn(process.stdout, "write").mockImplementation((line) => {
      records.push(JSON.parse(String(line)));
      return true;
    });
    try {
      const [message, options] = call();
      const send = callerOf(createMcpEndpoint({ fetch }, { ...silent, verifier: { verifyAccessToken } }));
      const response = await send(message, { headers: { ...options.headers, authorization: "Bearer t" } });
      expect([response.status, response.body ?? ""]).toEqual([404, text]);
    } finally {
      log.mockRestore();
    }
  }
  expect(records).toMatchObject(Array(3).fill({ event: "request_refused", reason: "unknown_session" }));
});
