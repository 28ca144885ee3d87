import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { defineServer, type ServerDefinition } from "../../src/index.ts";

/** Arguments of the tool `work`. */
const workInput = z.object({ nonce: z.string(), steps: z.number(), gapMs: z.number() });

const question = {
  message: "Which word?",
  requestedSchema: { type: "object" as const, properties: { word: { type: "string" as const } }, required: ["word"] },
};

export function createChaosServer(): McpServer {
  const server = new McpServer({ name: "chaos", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool("work", { inputSchema: workInput }, async ({ nonce, steps, gapMs }, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken ?? "none";
    const advance = async (progress: number): Promise<void> => {
      await sleep(gapMs);
      await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress } });
    };
    for (let step = 1; step <= steps; step++) await advance(step);
    const { content } = await mcpReq.elicitInput(question);
    for (let step = 1; step <= steps; step++) await advance(steps + step);
    // It belongs to no request, so it travels on the standalone stream.
    await server.server.sendLoggingMessage({ level: "info", data: nonce });
    return { content: [{ type: "text", text: String(content?.word) }] };
  });
  return server;
}

const definition: ServerDefinition = defineServer({ createServer: createChaosServer });

/** Progress, a question to the user, more progress, an announcement, and the user's word as the result. */
export default definition;
