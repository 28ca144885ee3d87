import { setTimeout as sleep } from "node:timers/promises";
import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer, requireScopes } from "@modelcontextprotocol/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createMcpEndpoint, createMemoryStore, type McpEndpointOptions } from "../../src/index.ts";
import { type Caller, callerOf, legacyRequest, messagesOf, modernCall } from "../support/messages.ts";

type AnyServer = McpServer | SdkV1McpServer;

/** Each puts something in place of a method of a server, as authors do. */
const CARELESS: ReadonlyArray<[string, (server: AnyServer) => void]> = [
  ["close throws", (server) => void Object.assign(server, { close: () => fail("close") })],
  ["close returns no promise", (server) => void Object.assign(server, { close: () => {} })],
  ["close never ends", (server) => void Object.assign(server, { close: () => new Promise(() => {}) })],
  ["onerror throws", ({ server }) => void Object.assign(server, { onerror: () => fail("onerror") })],
  ["onclose throws", ({ server }) => void Object.assign(server, { onclose: () => fail("onclose") })],
];

function fail(what: string): never {
  throw new Error(`${what} of a careless author`);
}

const MODES: ReadonlyArray<[string, typeof McpServer | typeof SdkV1McpServer, McpEndpointOptions]> = [
  ["2026-07-28", McpServer, {}],
  ["2025-11-25 without a session", McpServer, {}],
  ["2025-11-25 in a session", McpServer, { store: createMemoryStore() }],
  ["2025-11-25 in a session, SDK v1", SdkV1McpServer, { store: createMemoryStore() }],
];

const uncaught = vi.fn();
beforeEach(() => {
  uncaught.mockReset();
  vi.spyOn(console, "error").mockImplementation(() => {});
  process.on("uncaughtException", uncaught);
  // The toolkit logs rejections of a request (`containUnhandledRejections`).
  process.on("unhandledRejection", ignore);
});
afterEach(() => {
  process.off("uncaughtException", uncaught);
  process.off("unhandledRejection", ignore);
  vi.restoreAllMocks();
});
const ignore = (): void => {};

async function answerOf(call: Caller, name: string, mode: string): Promise<unknown> {
  const params = { name, arguments: {} };
  const invocation = { deadline: AbortSignal.timeout(2_000) };
  if (mode.startsWith("2026")) {
    const [message, options] = modernCall("tools/call", params);
    return messagesOf(await call(message, { ...options, invocation }));
  }
  const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
  const opened = await call(legacyRequest("initialize", client));
  const id = opened.headers["mcp-session-id"];
  const headers = { "mcp-protocol-version": "2025-11-25", ...(id && { "mcp-session-id": id }) };
  return messagesOf(await call(legacyRequest("tools/call", params), { headers, invocation }));
}

describe.each(MODES)("with %s", (mode, Server, options) => {
  test.each(CARELESS)("a server whose %s has answers, and ends no process", async (_what, spoil) => {
    const call = callerOf(
      createMcpEndpoint(
        () => {
          const server = new Server({ name: "careless", version: "1" });
          // Both SDKs have this form.
          const register = server.registerTool.bind(server) as McpServer["registerTool"];
          register("works", {}, async () => ({ content: [] }));
          register("throws null", {}, async () => {
            throw null;
          });
          spoil(server);
          return server;
        },
        { logLevel: "silent", audit: "off", ...options },
      ),
    );
    expect(await answerOf(call, "works", mode)).toMatchObject([{ id: expect.any(Number), result: { content: [] } }]);
    expect(await answerOf(call, "throws null", mode)).toMatchObject([{ id: expect.any(Number) }]);
    await sleep(5);
    expect(uncaught).not.toHaveBeenCalled();
  });
});

test("a log that throws costs no answer", async () => {
  const logged = vi.spyOn(console, "error");
  const log = (): never => fail("log");
  const call = callerOf(createMcpEndpoint(() => new McpServer({ name: "a", version: "1" }), { log, audit: "off" }));
  expect((await call(...modernCall("server/discover"))).status).toBe(200);
  expect(logged.mock.calls.join()).toContain("the record of request test could not be written");
});

test.each(CARELESS)("a caller who lacks a scope is told so by a server whose %s", async (_what, spoil) => {
  const verifyAccessToken = async (token: string) => ({
    ...{ token, clientId: "c", scopes: [], expiresAt: 4e9 },
    extra: { sub: "ada" },
  });
  const createServer = (): McpServer => {
    const server = new McpServer({ name: "careless", version: "1" });
    server.registerTool("write", { scopeChallenge: requireScopes("notes:write") }, async () => ({ content: [] }));
    spoil(server);
    // As authors wrap a server: its scopes are known once it is connected.
    const { server: lowLevel } = server;
    const wrapped = { server: lowLevel, connect: server.connect.bind(server), close: () => server.close() };
    return wrapped as unknown as McpServer;
  };
  const verifier = { verifyAccessToken };
  const call = callerOf(createMcpEndpoint({ createServer, verifier }, { logLevel: "silent", audit: "off" }));
  const [message, { headers }] = modernCall("tools/call", { name: "write", arguments: {} });
  const response = await call(message, { headers: { ...headers, authorization: "Bearer t" } });
  expect([response.status, response.headers["www-authenticate"]]).toEqual([
    403,
    expect.stringContaining("notes:write"),
  ]);
});
