import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SequentialThinkingServer } from "@modelcontextprotocol/server-sequential-thinking/dist/lib.js";
import { z } from "zod";

/** The tool of the package's own command, which offers no factory. Its thoughts end with the request. */
function createServer() {
  const thinking = new SequentialThinkingServer();
  const server = new McpServer({ name: "sequential-thinking-server", version: "2026.8.31" });
  const inputSchema = {
    thought: z.string(),
    nextThoughtNeeded: z.boolean(),
    thoughtNumber: z.number().int().min(1),
    totalThoughts: z.number().int().min(1),
  };
  server.registerTool("sequentialthinking", { inputSchema }, (args) => thinking.processThought(args));
  return server;
}

export default { createServer };
