import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";

const numbers = z.object({ a: z.number(), b: z.number() });
const question = {
  message: "Which word?",
  requestedSchema: { type: "object" as const, properties: { word: { type: "string" as const } } },
};

/** A tool that answers at once, and one that asks its user. */
export function createToolServer(): McpServer {
  const server = new McpServer({ name: "walk", version: "1.0.0" });
  server.registerTool("add", { inputSchema: numbers }, ({ a, b }) => ({
    content: [{ type: "text", text: String(a + b) }],
  }));
  server.registerTool("ask", {}, async ({ mcpReq }) => {
    const { content } = await mcpReq.elicitInput(question);
    return { content: [{ type: "text", text: String(content?.word) }] };
  });
  return server;
}
