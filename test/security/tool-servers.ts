import { setTimeout as sleep } from "node:timers/promises";
import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer, requireScopes } from "@modelcontextprotocol/server";
import * as z from "zod/v4";

const text = (value: string): { content: [{ type: "text"; text: string }] } => ({
  content: [{ type: "text", text: value }],
});

const noteInput = z.object({
  note: z.string().optional(),
  amount: z.unknown().optional(),
  secret: z.string().optional(),
});
const sizeShape = { length: z.number(), messageLength: z.number().default(0) };
const sizeInput = z.object(sizeShape);
const regionInput = z.object({ region: z.string().meta({ "x-mcp-header": "Region" }) });

/** Records the calls of a server's tools, so that a test can tell that a tool was not called. */
export type Calls = string[];

/** Tools that end in every way, on SDK v2. `wipe` and `prompt` ask for scopes by themselves; `regional` for a header. */
export function createV2Tools(calls: Calls): McpServer {
  const server = new McpServer({ name: "v2", version: "1.0.0" });
  const called = (name: string): void => void calls.push(name);
  for (const name of ["read", "write", "pay"]) {
    server.registerTool(name, { inputSchema: noteInput }, async (input) => {
      called(name);
      return text(`${name} ${input.note ?? ""}`);
    });
  }
  server.registerTool("wipe", { scopeChallenge: requireScopes("notes:wipe", "notes:all") }, async () => {
    called("wipe");
    return text("wiped");
  });
  server.registerTool("regional", { inputSchema: regionInput }, async ({ region }) => text(region));
  server.registerTool("fail", {}, async () => {
    throw new Error("it broke");
  });
  server.registerTool("big", { inputSchema: sizeInput }, async ({ length }) => text("x".repeat(length)));
  server.registerTool("big_progress", { inputSchema: sizeInput }, async ({ length, messageLength }, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken ?? "none";
    const params = { progressToken, progress: 1, message: "m".repeat(messageLength) };
    await ctx.mcpReq.notify({ method: "notifications/progress", params });
    return text("x".repeat(length));
  });
  server.registerTool("hang", {}, async (ctx) => {
    called("hang");
    await sleep(60_000, undefined, { signal: ctx.mcpReq.signal, ref: false });
    return text("late");
  });
  server.registerPrompt("prompt", { scopeChallenge: requireScopes("prompts") }, async () => ({
    messages: [{ role: "user", content: { type: "text", text: "hi" } }],
  }));
  return server;
}

/** The same, as far as SDK v1 has it. */
export function createV1Tools(calls: Calls): SdkV1McpServer {
  const server = new SdkV1McpServer({ name: "v1", version: "1.0.0" });
  const called = (name: string): void => void calls.push(name);
  const note = { note: z.string().optional(), amount: z.unknown().optional(), secret: z.string().optional() };
  for (const name of ["read", "write", "pay"]) {
    server.registerTool(name, { inputSchema: note }, async (input) => {
      called(name);
      return text(`${name} ${input.note ?? ""}`);
    });
  }
  server.registerTool("fail", {}, async () => {
    throw new Error("it broke");
  });
  server.registerTool("big", { inputSchema: { length: z.number() } }, async ({ length }) => text("x".repeat(length)));
  server.registerTool("big_progress", { inputSchema: sizeShape }, async ({ length, messageLength }, extra) => {
    const progressToken = extra._meta?.progressToken ?? "none";
    const params = { progressToken, progress: 1, message: "m".repeat(messageLength) };
    await extra.sendNotification({ method: "notifications/progress", params });
    return text("x".repeat(length));
  });
  server.registerTool("hang", {}, async (extra) => {
    called("hang");
    await sleep(60_000, undefined, { signal: extra.signal, ref: false });
    return text("late");
  });
  return server;
}
