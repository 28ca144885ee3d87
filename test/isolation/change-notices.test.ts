import { McpServer, ResourceNotFoundError, ResourceTemplate, requireScopes } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import * as z from "zod/v4";
import {
  createMcpEndpoint,
  createMemoryStore,
  type FactoryContext,
  type McpEndpointOptions,
  type Policy,
} from "../../src/index.ts";
import { readStream } from "../protocol-2025/stream-reader.ts";
import { anyUser, listen } from "../protocol-2026/instances.ts";
import { type Caller, callerOf, legacyRequest, messagesOf, modernCall, textOf } from "../support/messages.ts";

const DIARY = "notes://ada/diary";
const SHARED = "notes://everybody/news";
const LOCKED = "notes://locked/door";
/** Changed last, so that a test knows when it has read everything. */
const END = "notes://everybody/end";

const principalOf = (name: string): string => JSON.stringify(["", name]);

/** Notes that only their owner can read, but for those of `everybody`; `locked` ones need a scope. */
function createServer({ notify, caller }: FactoryContext): McpServer {
  const server = new McpServer(
    { name: "notes", version: "1.0.0" },
    { capabilities: { resources: { subscribe: true, listChanged: true } } },
  );
  const contents = (uri: URL) => ({ contents: [{ uri: uri.href, text: "words" }] });
  const locked = { scopeChallenge: requireScopes("vault") };
  server.registerResource("locked", LOCKED, locked, async (uri) => contents(uri));
  const template = new ResourceTemplate("notes://{owner}/{note}", { list: undefined });
  server.registerResource("note", template, {}, async (uri, { owner }) => {
    if (owner !== caller.subject && owner !== "everybody") throw new ResourceNotFoundError(uri.href);
    return contents(uri);
  });
  const inputSchema = z.object({ uri: z.string(), audience: z.array(z.string()).optional() });
  server.registerTool("change", { inputSchema }, async ({ uri, audience }) => {
    if (audience) notify.resourceUpdated(uri, { for: audience });
    else notify.resourceUpdated(uri);
    return { content: [] };
  });
  return server;
}

const as = (name: string) => ({ authorization: `Bearer ${name}` });

/** Listens to the resources of some URIs, and gives back the URIs of the notifications up to `END`. */
type ListenTo = (call: Caller, name: string, uris: readonly string[]) => Promise<() => Promise<unknown[]>>;

async function urisOf(next: () => Promise<Record<string, unknown> | undefined>): Promise<unknown[]> {
  const uris: unknown[] = [];
  for (;;) {
    const message = await next();
    if (!message) return expect.unreachable("The stream ended too soon.");
    const { uri } = message.params as { uri?: unknown };
    if (uri === END) return uris;
    uris.push(uri);
  }
}

const listenIn2026: ListenTo = async (call, name, uris) => {
  const listener = await listen(call, { resourceSubscriptions: [...uris, END] }, { headers: as(name) });
  return async () => {
    const heard = await urisOf(listener.next);
    await listener.leave();
    return heard;
  };
};

const listenIn2025: ListenTo = async (call, name, uris) => {
  const clientInfo = { name: "test", version: "1" };
  const opening = legacyRequest("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  const opened = await call(opening, { headers: as(name) });
  const headers = { ...as(name), "mcp-session-id": opened.headers["mcp-session-id"] ?? "" };
  for (const uri of [...uris, END])
    await textOf(await call(legacyRequest("resources/subscribe", { uri }), { headers }));
  const stream = readStream(
    await call(undefined, { method: "GET", headers: { ...headers, accept: "text/event-stream" } }),
  );
  await stream.next();
  return async () => {
    const heard = await urisOf(async () => (await stream.message()).message);
    await stream.leave();
    return heard;
  };
};

async function change(call: Caller, uri: string, audience?: readonly string[]): Promise<void> {
  const [message, { headers }] = modernCall("tools/call", { name: "change", arguments: { uri, audience } });
  const [answer] = await messagesOf(await call(message, { headers: { ...headers, ...as("ada") } }));
  expect(answer).toHaveProperty("result");
}

function open(policy?: Policy, options: McpEndpointOptions = {}): Caller {
  const server = { createServer, verifier: anyUser, ...(policy && { policy }) };
  return callerOf(
    createMcpEndpoint(server, { store: createMemoryStore(), audit: "off", logLevel: "silent", ...options }),
  );
}

describe.each<[string, ListenTo, McpEndpointOptions]>([
  ["2026-07-28", listenIn2026, {}],
  ["2026-07-28, through the SDK alone", listenIn2026, { fastPath: false }],
  ["2025-11-25", listenIn2025, {}],
])("a change of a resource, in %s", (_name, listenTo, options) => {
  test("is told to those alone that can read the resource", async () => {
    const call = open(undefined, options);
    const ada = await listenTo(call, "ada", [DIARY, SHARED]);
    const bob = await listenTo(call, "bob", [DIARY, SHARED]);
    for (const uri of [DIARY, SHARED, END]) await change(call, uri);
    expect(await ada()).toEqual([DIARY, SHARED]);
    expect(await bob()).toEqual([SHARED]);
  });

  test("is told to nobody who lacks the scopes of reading", async () => {
    const call = open(undefined, options);
    const ada = await listenTo(call, "ada", [LOCKED, SHARED]);
    for (const uri of [LOCKED, SHARED, END]) await change(call, uri);
    expect(await ada()).toEqual([SHARED]);
  });

  test("is told to those alone that the server names", async () => {
    const call = open(undefined, options);
    const ada = await listenTo(call, "ada", [SHARED]);
    const bob = await listenTo(call, "bob", [SHARED]);
    await change(call, SHARED, [principalOf("bob")]);
    await change(call, SHARED, [principalOf("bob"), principalOf("ada")]);
    await change(call, END);
    expect(await ada()).toEqual([SHARED]);
    expect(await bob()).toEqual([SHARED, SHARED]);
  });

  test("is told to those alone whom the policy lets read and subscribe", async () => {
    for (const denied of ["read", "subscribe"]) {
      const policy: Policy = {
        decide: ({ caller, action, resource }) => ({
          allowed: resource !== SHARED || action !== denied || caller.subject === "ada",
          policies: [],
        }),
      };
      const call = open(policy, options);
      const ada = await listenTo(call, "ada", [SHARED]);
      const bob = await listenTo(call, "bob", [SHARED]);
      for (const uri of [SHARED, END]) await change(call, uri);
      expect(await ada()).toEqual([SHARED]);
      expect(await bob()).toEqual([]);
    }
  });
});

test("a 2025 session that subscribed hears no more of a resource when the policy no longer lets it", async () => {
  let isAllowed = true;
  const policy: Policy = {
    decide: ({ resource }) => ({ allowed: isAllowed || resource !== SHARED, policies: [] }),
  };
  const call = open(policy);
  const bob = await listenIn2025(call, "bob", [SHARED]);
  isAllowed = false;
  for (const uri of [SHARED, END]) await change(call, uri);
  expect(await bob()).toEqual([]);
});

test("a refused subscription is answered as the refused reading is, and not kept", async () => {
  const call = open();
  const clientInfo = { name: "test", version: "1" };
  const opening = legacyRequest("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  const opened = await call(opening, { headers: as("bob") });
  const headers = { ...as("bob"), "mcp-session-id": opened.headers["mcp-session-id"] ?? "" };
  const request = (method: string) => call({ jsonrpc: "2.0", id: 7, method, params: { uri: DIARY } }, { headers });
  const reading = await textOf(await request("resources/read"));
  expect(reading).toContain("Resource not found");
  expect(JSON.parse(await textOf(await request("resources/subscribe")))).toEqual(JSON.parse(reading));
});

test("an audience that names nobody is an error, and never everybody", async () => {
  const errors: unknown[] = [];
  const wrong: unknown[] = [undefined, [], [undefined], null, 7, { principal: "a" }];
  const server = ({ notify }: FactoryContext): McpServer => {
    for (const audience of wrong) {
      for (const tell of [notify.toolsChanged, notify.promptsChanged, notify.resourcesChanged]) {
        expect(() => tell({ for: audience as string })).toThrow(TypeError);
      }
      try {
        notify.resourceUpdated(SHARED, { for: audience as string });
      } catch (error) {
        errors.push(error);
      }
    }
    return new McpServer({ name: "wrong", version: "1.0.0" });
  };
  await callerOf(createMcpEndpoint(server, { logLevel: "silent" }))(...modernCall("server/discover"));
  expect(errors).toHaveLength(wrong.length);
});
