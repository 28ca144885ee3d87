import { setTimeout as sleep } from "node:timers/promises";
import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createMcpEndpoint, createMemoryStore, type McpEndpointOptions, type ServerFactory } from "../../src/index.ts";
import { textResult } from "../protocol-2026/instances.ts";
import { type Caller, callerOf, legacyRequest, messagesOf, modernCall } from "../support/messages.ts";

/** Long after the answer, in milliseconds. */
const LATER_MS = 30;

/** Work of a careless author: it goes on after the handler has returned, and nobody waits for it. */
type Late = (send: (notification: { method: string; params: Record<string, unknown> }) => Promise<void>) => void;

const log = { method: "notifications/message", params: { level: "info", data: "late" } };
const progress = { method: "notifications/progress", params: { progressToken: 1, progress: 1 } };

function v2Server(late: Late, related: boolean): ServerFactory {
  return () => {
    const server = new McpServer({ name: "late", version: "1" }, { capabilities: { logging: {} } });
    server.registerTool("leave", {}, async ({ mcpReq }) => {
      const notify = related ? mcpReq.notify : server.server.notification.bind(server.server);
      setTimeout(() => late((notification) => notify(notification)), LATER_MS);
      return textResult("done");
    });
    return server;
  };
}

function v1Server(late: Late, related: boolean): ServerFactory {
  return () => {
    const server = new SdkV1McpServer({ name: "late", version: "1" }, { capabilities: { logging: {} } });
    server.registerTool("leave", {}, async ({ sendNotification }) => {
      const notify = related ? sendNotification : server.server.notification.bind(server.server);
      setTimeout(() => late((notification) => notify(notification as never)), LATER_MS);
      return { content: [{ type: "text", text: "done" }] };
    });
    return server;
  };
}

const MODES: ReadonlyArray<readonly [string, typeof v2Server, McpEndpointOptions, boolean]> = [
  ["2026-07-28", v2Server, {}, true],
  ["2026-07-28 through the SDK", v2Server, { fastPath: false }, true],
  ["2025-11-25 without a session", v2Server, {}, false],
  ["2025-11-25 in a session", v2Server, { store: createMemoryStore() }, false],
  ["2025-11-25 without a session, SDK v1", v1Server, {}, false],
  ["2025-11-25 in a session, SDK v1", v1Server, { store: createMemoryStore() }, false],
];

const lines = vi.spyOn(console, "error");
const unhandled = vi.fn();
beforeEach(() => {
  lines.mockReset().mockImplementation(() => {});
  unhandled.mockReset();
  process.on("unhandledRejection", unhandled);
});
afterEach(() => void process.off("unhandledRejection", unhandled));

async function callLeave(call: Caller, isModern: boolean, hasStore: boolean): Promise<object> {
  const params = { name: "leave", arguments: {}, _meta: { progressToken: 1 } };
  if (isModern) {
    const [message, options] = modernCall("tools/call", params);
    return (await messagesOf(await call(message, { ...options, invocation: { requestId: "r-1" } }))).at(-1) ?? {};
  }
  const headers: Record<string, string> = {};
  if (hasStore) {
    const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
    const opened = await call(legacyRequest("initialize", client));
    headers["mcp-session-id"] = String(opened.headers["mcp-session-id"]);
  }
  const response = await call(legacyRequest("tools/call", params), { headers, invocation: { requestId: "r-1" } });
  return (await messagesOf(response)).at(-1) ?? {};
}

describe.each(MODES)("after the answer of a call of %s", (_name, serverOf, options, isModern) => {
  const answer = (late: Late, related: boolean): Promise<object> => {
    const call = callerOf(createMcpEndpoint(serverOf(late, related), { logLevel: "silent", ...options }));
    return callLeave(call, isModern, options.store !== undefined);
  };

  test.each([true, false])("a notification is dropped and logged (for the request: %s)", async (related) => {
    const sent = vi.fn();
    const late: Late = (send) => {
      void send(progress).then(sent);
      void send(log).then(sent);
    };
    expect(await answer(late, related)).toMatchObject({ result: { content: [{ text: "done" }] } });
    await expect.poll(() => sent).toHaveBeenCalledTimes(2);
    await sleep(10);
    expect(unhandled).not.toHaveBeenCalled();
    const told = lines.mock.calls.map(([line]) => String(line));
    // SDK v1 drops what belongs to a request that has ended itself.
    if (serverOf === v1Server && related) return;
    expect(told).toEqual([expect.stringMatching(/^request r-1 \(tools\/call "leave"\): notifications\/progress was/)]);
  });
});

test.each([true, false])(
  "a notification that its client left before is no mistake to log (fast path: %s)",
  async (fastPath) => {
    const left = new AbortController();
    const sent = vi.fn();
    const factory: ServerFactory = () => {
      const server = new McpServer({ name: "late", version: "1" });
      server.registerTool("leave", {}, async ({ mcpReq }) => {
        left.abort();
        await sleep(LATER_MS);
        await mcpReq.notify(progress).catch(() => {});
        sent();
        return textResult("done");
      });
      return server;
    };
    const call = callerOf(createMcpEndpoint(factory, { logLevel: "silent", fastPath }));
    const [message, options] = modernCall("tools/call", { name: "leave", arguments: {}, _meta: { progressToken: 1 } });
    expect((await call(message, { ...options, invocation: { signal: left.signal } })).status).toBe(499);
    await expect.poll(() => sent).toHaveBeenCalledOnce();
    expect(lines).not.toHaveBeenCalled();
  },
);

test("a late request of a server fails with the reason, and does not wait for its time limit", async () => {
  const failed = vi.fn();
  const factory: ServerFactory = () => {
    const server = new McpServer({ name: "late", version: "1" });
    server.registerTool("leave", {}, async () => {
      setTimeout(() => void server.server.request({ method: "ping" }).catch(failed), LATER_MS);
      return textResult("done");
    });
    return server;
  };
  const call = callerOf(createMcpEndpoint(factory, { logLevel: "silent", store: createMemoryStore() }));
  await callLeave(call, false, true);
  await expect.poll(() => failed).toHaveBeenCalledOnce();
  expect(String(failed.mock.calls[0]?.[0])).toContain("The request has ended");
});
