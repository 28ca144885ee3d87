import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { defineServer, type ServerDefinition } from "../../src/index.ts";

const question = {
  message: "Which word?",
  requestedSchema: { type: "object" as const, properties: { word: { type: "string" as const } }, required: ["word"] },
};

const text = (word: unknown): { content: [{ type: "text"; text: string }] } => ({
  content: [{ type: "text", text: String(word) }],
});

function createServer(): McpServer {
  const server = new McpServer({ name: "ending", version: "1.0.0" });
  server.registerTool("echo", { inputSchema: z.object({ word: z.string() }) }, async ({ word }) => text(word));
  server.registerTool("ask", {}, async ({ mcpReq }) => text((await mcpReq.elicitInput(question)).content?.word));
  return server;
}

const definition: ServerDefinition = defineServer({ createServer });

/** A tool that answers at once, and one that answers with its user's word. */
export default definition;
