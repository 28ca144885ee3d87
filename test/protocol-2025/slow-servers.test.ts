import type { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import type { HttpResponse } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore } from "../../src/index.ts";
import { callerOf, legacyRequest, messagesOf, modernCall } from "../support/messages.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";

const never = new Promise<McpServer>(() => {});
const store = createMemoryStore();
const sound = startInstances(createSessionServer(), { store });
const stuck = startInstances(() => never, { store });

describe.each([true, false])("a server never built hangs nobody past the deadline (exclusive: %s)", (exclusive) => {
  const invocation = (): object => ({ invocation: { deadline: AbortSignal.timeout(150), exclusive } });
  const refused = async (response: HttpResponse): Promise<void> => {
    expect(response.status).toBe(504);
    expect(await messagesOf(response)).toMatchObject([{ error: { code: -32603 } }]);
  };

  test("a request of a session, and a notification", { timeout: 5_000 }, async () => {
    const { id } = await sound.open();
    const headers = { "mcp-session-id": id };
    await refused(await stuck.instances[0](legacyRequest("tools/list"), { headers, ...invocation() }));
    const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
    await refused(await stuck.instances[0](initialized, { headers, ...invocation() }));
  });

  test("a subscription", { timeout: 5_000 }, async () => {
    const [message, options] = modernCall("subscriptions/listen", { notifications: { toolsListChanged: true } });
    await refused(await stuck.instances[0](message, { ...options, ...invocation() }));
  });
});

test.each(["streams/", "standalone/", "stream/"])(
  "a store that is silent about %s hangs no GET past the deadline",
  { timeout: 5_000 },
  async (prefix) => {
    const session = await sound.open();
    const silent = (key: string | { partition: string }, answer: () => Promise<never>): Promise<never> =>
      String(typeof key === "string" ? key : key.partition).startsWith(prefix) ? new Promise(() => {}) : answer();
    const { instances } = startInstances(createSessionServer(), {
      store: {
        ...store,
        get: (key) => silent(key, () => store.get(key) as Promise<never>),
        put: (item, when) => silent(item, () => store.put(item, when) as Promise<never>),
        list: (partition, range) => silent(partition, () => store.list(partition, range) as Promise<never>),
      },
    });
    const response = await instances[0](undefined, {
      method: "GET",
      headers: { "mcp-session-id": session.id, ...(prefix === "stream/" && { "last-event-id": "stream-1~0~-1" }) },
      invocation: { deadline: AbortSignal.timeout(150) },
    });
    expect(response.status).toBe(503);
  },
);

test("a server that cannot be built is an error of its own, and no work is left", async () => {
  const call = callerOf(
    createMcpEndpoint(
      () => {
        throw new Error("no server today");
      },
      { store, logLevel: "silent" },
    ),
  );
  const { id } = await sound.open();
  const response = await call(legacyRequest("tools/list"), { headers: { "mcp-session-id": id } });
  expect(response.status).toBe(500);
});
