import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { defineServer } from "mcp-anycloud";
import { z } from "zod";

const inputSchema = { name: z.string().describe("Whom to greet") };

/** Builds the server of one request. */
export function createServer(): McpServer {
  const server = new McpServer({ name: "my-server", version: "0.1.0" });
  server.registerTool("greet", { description: "Greets somebody", inputSchema }, ({ name }) => ({
    content: [{ type: "text", text: `${process.env.GREETING || "Hello"}, ${name}!` }],
  }));
  return server;
}

export default defineServer({ createServer });
