import { setTimeout as sleep } from "node:timers/promises";
import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import type { FactoryContext } from "../../src/index.ts";

const text = (value: string): { content: [{ type: "text"; text: string }] } => ({
  content: [{ type: "text", text: value }],
});

const echoInput = z.object({ text: z.string() });

/** A server of SDK v2 with a tool for each way an answer can come about. */
export function createV2Server({ notify }: FactoryContext): McpServer {
  const server = new McpServer({ name: "v2", version: "1.0.0" }, { capabilities: { tools: { listChanged: true } } });
  server.registerTool("echo", { inputSchema: echoInput }, async (input) => text(input.text));
  server.registerTool("progress", {}, async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken ?? "none";
    await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: 1, total: 2 } });
    return text("done");
  });
  server.registerTool("slow", { inputSchema: z.object({ ms: z.number() }) }, async ({ ms }) => {
    await sleep(ms);
    return text("at last");
  });
  server.registerTool("ask", {}, async () => {
    const result = await server.server.request({ method: "ping" });
    return text(JSON.stringify(result));
  });
  server.registerTool("change", {}, async () => {
    notify.toolsChanged();
    return text("told");
  });
  return server;
}

/** The same idea on SDK v1. */
export function createV1Server(): SdkV1McpServer {
  const server = new SdkV1McpServer({ name: "v1", version: "1.0.0" });
  server.registerTool("echo", { inputSchema: { text: z.string() } }, async (input) => text(input.text));
  server.registerTool("progress", {}, async (extra) => {
    const progressToken = extra._meta?.progressToken ?? "none";
    await extra.sendNotification({
      method: "notifications/progress",
      params: { progressToken, progress: 1, total: 2 },
    });
    return text("done");
  });
  server.registerTool("ask", {}, async () => {
    await server.server.ping();
    return text("unreachable");
  });
  return server;
}
