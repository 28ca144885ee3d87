import { setTimeout as sleep } from "node:timers/promises";
import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { type CallToolResult, type ElicitRequestFormParams, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import type { FactoryContext } from "../../src/index.ts";

const text = (value: unknown): { content: [{ type: "text"; text: string }] } => ({
  content: [{ type: "text", text: typeof value === "string" ? value : JSON.stringify(value) }],
});

const question: ElicitRequestFormParams = {
  message: "Your name?",
  requestedSchema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
};

/** Records what the tools of one test did, on whichever instance they ran. */
export interface Deeds {
  readonly cancelled: string[];
  readonly initialized: string[];
}

/** A server of SDK v2 with a tool for whatever a session makes possible. */
export function createSessionServer(deeds: Deeds = { cancelled: [], initialized: [] }) {
  return ({ notify }: FactoryContext): McpServer => {
    const server = new McpServer(
      { name: "sessions", version: "1.0.0" },
      {
        capabilities: {
          tools: { listChanged: true },
          prompts: { listChanged: true },
          resources: { listChanged: true, subscribe: true },
          logging: {},
        },
      },
    );
    server.registerTool("echo", { inputSchema: z.object({ text: z.string() }) }, async (input) => text(input.text));
    server.registerTool("client", {}, async () =>
      text({ capabilities: server.server.getClientCapabilities(), info: server.server.getClientVersion() }),
    );
    server.registerTool(
      "steps",
      { inputSchema: z.object({ count: z.number(), gapMs: z.number() }) },
      async (input, ctx) => {
        const progressToken = ctx.mcpReq._meta?.progressToken ?? "none";
        for (let progress = 1; progress <= input.count; progress++) {
          await sleep(input.gapMs);
          await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress } });
        }
        return text("done");
      },
    );
    server.registerTool("name", {}, async (ctx) => text(await ctx.mcpReq.elicitInput(question)));
    server.registerTool("think", {}, async (ctx) => {
      const messages = [{ role: "user" as const, content: { type: "text" as const, text: "Hello?" } }];
      return text(await ctx.mcpReq.requestSampling({ messages, maxTokens: 10 }));
    });
    server.registerTool("roots", {}, async () => text(await server.server.listRoots()));
    server.registerTool("ping", {}, async () => text(await server.server.ping()));
    server.registerTool("watched", {}, async (ctx) => {
      const seen: number[] = [];
      await ctx.mcpReq.send(
        { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } },
        { onprogress: ({ progress }) => seen.push(progress) },
      );
      return text(seen);
    });
    server.registerTool(
      "log",
      { inputSchema: z.object({ level: z.enum(["debug", "error"]) }) },
      async ({ level }, ctx) => {
        await ctx.mcpReq.log(level, "a word");
        return text("logged");
      },
    );
    server.registerTool("announce", { inputSchema: z.object({ word: z.string() }) }, async ({ word }) => {
      await server.server.sendLoggingMessage({ level: "info", data: word });
      return text("announced");
    });
    server.registerTool("change", { inputSchema: z.object({ uri: z.string().optional() }) }, async ({ uri }) => {
      if (uri === undefined) notify.toolsChanged();
      else notify.resourceUpdated(uri);
      return text("changed");
    });
    server.registerTool("hang", {}, async (ctx): Promise<CallToolResult> => {
      const { promise, resolve } = Promise.withResolvers<CallToolResult>();
      ctx.mcpReq.signal.addEventListener("abort", () => {
        deeds.cancelled.push(String(ctx.mcpReq.signal.reason));
        resolve(text("cancelled"));
      });
      return promise;
    });
    server.registerTool("leave", { inputSchema: z.object({ ms: z.number() }) }, async ({ ms }, { http }) => {
      http?.closeSSE?.();
      await sleep(ms);
      return text("after");
    });
    server.registerTool("dismiss", {}, async ({ http }) => {
      http?.closeStandaloneSSE?.();
      return text("dismissed");
    });
    server.server.oninitialized = () => void deeds.initialized.push(server.server.getClientVersion()?.name ?? "");
    return server;
  };
}

/** The same idea on SDK v1. */
export function createSessionServerV1(): SdkV1McpServer {
  const server = new SdkV1McpServer({ name: "sessions-v1", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool("echo", { inputSchema: { text: z.string() } }, async (input) => text(input.text));
  server.registerTool("client", {}, async () =>
    text({ capabilities: server.server.getClientCapabilities(), info: server.server.getClientVersion() }),
  );
  server.registerTool("steps", { inputSchema: { count: z.number(), gapMs: z.number() } }, async (input, extra) => {
    const progressToken = extra._meta?.progressToken ?? "none";
    for (let progress = 1; progress <= input.count; progress++) {
      await sleep(input.gapMs);
      await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress } });
    }
    return text("done");
  });
  server.registerTool("name", {}, async () => text(await server.server.elicitInput(question)));
  server.registerTool("roots", {}, async () => text(await server.server.listRoots()));
  server.registerTool("announce", { inputSchema: { word: z.string() } }, async ({ word }) => {
    await server.server.sendLoggingMessage({ level: "info", data: word });
    return text("announced");
  });
  return server;
}
