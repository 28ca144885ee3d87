import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import type { FactoryContext } from "../src/index.ts";

const echoInput = z.object({ text: z.string() });
const question = {
  message: "Which word?",
  requestedSchema: { type: "object" as const, properties: { word: { type: "string" as const } } },
};

/** A server with a plain tool, a tool that asks the user, and a tool that notifies all instances of a change. */
export function createBenchServer({ notify }: FactoryContext): McpServer {
  const server = new McpServer({ name: "bench", version: "1.0.0" }, { capabilities: { tools: { listChanged: true } } });
  server.registerTool("echo", { inputSchema: echoInput }, async ({ text }) => ({ content: [{ type: "text", text }] }));
  server.registerTool("ask", {}, async ({ mcpReq }) => {
    const { content } = await mcpReq.elicitInput(question);
    return { content: [{ type: "text", text: String(content?.word) }] };
  });
  server.registerTool("change", {}, async () => {
    notify.toolsChanged();
    return { content: [{ type: "text", text: "changed" }] };
  });
  return server;
}
