import { setImmediate as nextTurn } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import type { HttpHandler, RequestRecord, StateStore } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, type FactoryContext, type McpEndpointOptions } from "../../src/index.ts";
import { anyUser } from "../protocol-2026/instances.ts";

/** The endpoints under test: one without a store, one with sessions, one that authenticates callers. */
export interface Endpoints {
  readonly handlers: readonly HttpHandler[];
  /** Forgets sessions and whatever else was stored: how much that is, is not what is measured. */
  forget(): void;
}

/** Ends streams that wait for events soon, so that a run ends. */
const STREAM_SECONDS = 1;

/** `failed` receives the failures that the endpoints report to their operator. */
export function createEndpoints(failed: (record: RequestRecord) => void): Endpoints {
  let memory = createMemoryStore();
  const store: StateStore = {
    get: (key) => memory.get(key),
    put: (item, when) => memory.put(item, when),
    delete: (key) => memory.delete(key),
    list: (partition, range) => memory.list(partition, range),
    add: (key, amount, expiresAt) => memory.add(key, amount, expiresAt),
  };
  const log = (record: RequestRecord): void => {
    if (record.level === "error") failed(record);
  };
  const common: McpEndpointOptions = { log, streamSeconds: STREAM_SECONDS, maxStreams: 1_000, maxBodyBytes: 65_536 };
  const rateLimits = [
    { of: "principal", limit: 1_000_000, windowSeconds: 3600 },
    { of: "tool:progress", limit: 3, windowSeconds: 1 },
  ] as const;
  const guarded = {
    createServer,
    verifier: anyUser,
    tools: { echo: { auditFields: ["text"] }, fail: { scopes: ["admin"] } },
    audit: () => {},
  };
  return {
    handlers: [
      createMcpEndpoint(createServer, common),
      createMcpEndpoint(createServer, { ...common, store }),
      createMcpEndpoint(guarded, {
        ...{ ...common, store, rateLimits, allowedOrigins: ["https://app.example"] },
        ...{ publicUrl: "https://mcp.example/mcp", authorizationServers: undefined },
      }),
    ],
    forget() {
      memory = createMemoryStore();
    },
  };
}

const text = (value: string): { content: [{ type: "text"; text: string }] } => ({
  content: [{ type: "text", text: value }],
});

/** A server with one of each: what answers, what streams, what fails. */
function createServer({ notify }: FactoryContext): McpServer {
  const server = new McpServer(
    { name: "fuzz", version: "1.0.0" },
    { capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, logging: {} } },
  );
  server.registerTool("echo", { inputSchema: z.object({ text: z.string() }) }, async (input) => text(input.text));
  server.registerTool("progress", {}, async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken ?? "none";
    await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: 1 } });
    await nextTurn();
    notify.toolsChanged();
    return text("done");
  });
  server.registerTool("fail", {}, async () => {
    throw new Error("The tool failed.");
  });
  server.registerPrompt("greet", { argsSchema: z.object({ who: z.string() }) }, ({ who }) => ({
    messages: [{ role: "user", content: { type: "text", text: who } }],
  }));
  server.registerResource("note", "notes://1", {}, async (uri) => ({ contents: [{ uri: uri.href, text: "a" }] }));
  return server;
}
