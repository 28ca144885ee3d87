import { CLIENT_CAPABILITIES_META_KEY, McpServer, PROTOCOL_VERSION_META_KEY } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { ANYBODY } from "./auth/caller.ts";
import type { HttpResponse } from "./http/http-handler.ts";
import { serveMessage } from "./pipeline/serve-message.ts";
import { createProtocol2025Handler } from "./protocol-2025/handler.ts";
import { createProtocol2026Handler } from "./protocol-2026/handler.ts";
import { MODERN_REVISION } from "./protocol-2026/revision.ts";
import { createChangeEvents } from "./services/change-events.ts";
import { createServices } from "./services/services.ts";
import { createMemoryStore } from "./store/memory-store.ts";
import { observed } from "./store/observed-store.ts";

const TOOL = "warm-up";

/**
 * Serves one 2026-07-28 call to a server of its own, which makes the SDK create what it creates on first use: the schemas of
 * the revision, and the code that zod compiles of them. To be awaited before the first request, where the platform gives
 * more of a processor to the start than to requests. Nothing of the user's runs. A failure is ignored: the first request
 * then takes longer.
 */
export async function warmUp(): Promise<void> {
  await callOnce().catch(() => {});
}

/** The response to that call. */
export function callOnce(): Promise<HttpResponse> {
  const store = observed(createMemoryStore());
  const changeEvents = createChangeEvents(store);
  const shared = { createServer, openServices: createServices({ store, durable: false, changeEvents }) };
  const handlers = {
    modern: createProtocol2026Handler({ ...shared, changeEvents }),
    legacy: createProtocol2025Handler(shared),
  };
  const headers = { "mcp-protocol-version": MODERN_REVISION, "mcp-method": "tools/call", "mcp-name": TOOL };
  const meta = { [PROTOCOL_VERSION_META_KEY]: MODERN_REVISION, [CLIENT_CAPABILITIES_META_KEY]: {} };
  const params = { name: TOOL, arguments: { text: "" }, _meta: meta };
  return serveMessage(handlers, {
    request: { method: "POST", url: "/", headers },
    invocation: { requestId: TOOL, canStream: true },
    logFields: {},
    caller: ANYBODY,
    principal: ANYBODY.principal,
    message: { jsonrpc: "2.0", id: 1, method: "tools/call", params },
    heartbeatMs: 1_000,
    maxOutputBytes: 1_000_000,
  });
}

function createServer(): McpServer {
  const server = new McpServer({ name: TOOL, version: "1.0.0" });
  const inputSchema = z.object({ text: z.string() });
  server.registerTool(TOOL, { inputSchema }, ({ text }) => ({ content: [{ type: "text", text }] }));
  return server;
}
