import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { defineServer, type ServerDefinition } from "mcp-anycloud";
import { z } from "zod";

/** A server of SDK v1 as it was before, with a session's log and a question to the user. Only the last lines are new. */

function createServer(): McpServer {
  const server = new McpServer({ name: "booking", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool(
    "book_table",
    { description: "Books a table", inputSchema: { guests: z.number().int().min(1).max(20) } },
    async ({ guests }) => {
      await server.sendLoggingMessage({ level: "info", data: `looking for a table for ${guests}` });
      const { action, content } = await server.server.elicitInput({
        message: `Book a table for ${guests}?`,
        requestedSchema: {
          type: "object",
          properties: { time: { type: "string", title: "When?" } },
          required: ["time"],
        },
      });
      const words = action === "accept" ? `A table for ${guests} at ${content?.time}.` : "Nothing was booked.";
      return { content: [{ type: "text", text: words }] };
    },
  );
  return server;
}

const booking: ServerDefinition = defineServer({ createServer });
export default booking;
