import { describe, expect, test } from "vitest";
import { createMcpEndpoint } from "../../src/index.ts";
import { callerOf, messagesOf } from "../support/messages.ts";
import { createV1Server, createV2Server } from "../support/servers.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer, createSessionServerV1 } from "./session-servers.ts";

/** Neither SDK answers what it does not recognize as a message: an endpoint that lets it in waits for ever. */
const MALFORMED: ReadonlyArray<[string, object]> = [
  ["params that are no object", { jsonrpc: "2.0", id: 1, method: "ping", params: "none" }],
  ["params that are a list", { jsonrpc: "2.0", id: 1, method: "ping", params: [1] }],
  ["an id that is no whole number", { jsonrpc: "2.0", id: 1.5, method: "ping" }],
  ["an id that is null", { jsonrpc: "2.0", id: null, method: "ping" }],
  ["a field that JSON-RPC does not have", { jsonrpc: "2.0", id: 1, method: "ping", more: true }],
  ["another version", { jsonrpc: "1.0", id: 1, method: "ping" }],
];

describe.each([
  ["SDK v2", createSessionServer(), createV2Server],
  ["SDK v1", createSessionServerV1, createV1Server],
] as const)("a request to a server of %s is refused at once for", (_sdk, factory, sessionless) => {
  const instances = startInstances(factory);
  const alone = callerOf(createMcpEndpoint(sessionless, { logLevel: "silent" }));

  test.each(MALFORMED)(
    "%s",
    async (_what, message) => {
      const session = await instances.open();
      const batching = await instances.open({ protocolVersion: "2025-03-26" });
      for (const response of [
        await session.send(1, message),
        await batching.send(1, [message]),
        await alone(message),
      ]) {
        expect(response.status).toBe(400);
        expect(await messagesOf(response)).toMatchObject([{ error: { code: -32600 } }]);
      }
    },
    5_000,
  );
});

describe("in a session", () => {
  const instances = startInstances(createSessionServer());

  test("an invalid reply does not replace the reply", async () => {
    const session = await instances.open();
    expect((await session.send(0, { jsonrpc: "2.0", id: "a", result: 5 })).status).toBe(400);
    expect((await session.send(0, { jsonrpc: "2.0", id: "a", error: "oh" })).status).toBe(400);
  });

  test("initialize without an id opens none, and nobody waits for an answer", async () => {
    const session = await instances.open();
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "a", version: "1" } };
    const told = { jsonrpc: "2.0", method: "initialize", params };
    expect((await session.send(0, told)).status).toBe(202);
    expect((await instances.instances[0](told)).status).toBe(400);
  }, 5_000);

  test("a cancellation that names no request concerns none", async () => {
    const session = await instances.open();
    const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { reason: "a task" } };
    expect((await session.send(0, cancelled)).status).toBe(202);
  });

  test.each(["GET", "DELETE"])("%s is refused in a revision nobody speaks", async (method) => {
    const session = await instances.open();
    const headers = { "mcp-session-id": session.id, "mcp-protocol-version": "2025-01-01" };
    expect((await instances.instances[0](undefined, { method, headers })).status).toBe(400);
    expect((await session.call(1, "echo", { text: "still there" })).status).toBe(200);
  });
});
