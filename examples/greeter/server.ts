import { McpServer } from "@modelcontextprotocol/server";
import { defineServer, type ServerDefinition } from "mcp-anycloud";
import * as z from "zod/v4";

const whom = z.object({ name: z.string().describe("Whom to greet") });

function createServer(): McpServer {
  const server = new McpServer({ name: "greeter", version: "1.0.0" });
  server.registerTool("greet", { description: "Greets somebody", inputSchema: whom }, async ({ name }) => ({
    content: [{ type: "text", text: `Hello, ${name}!` }],
  }));
  return server;
}

const greeter: ServerDefinition = defineServer({ createServer });
export default greeter;
