/** What most articles show: SDK v1, Express and serverless-http, a server and a transport for each request. */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";
import serverless from "serverless-http";
import * as z from "zod/v4";

const numbers = z.object({ a: z.number().describe("first addend"), b: z.number().describe("second addend") });
const text = z.object({ text: z.string().describe("text to echo") });
const TOOLS = Number(process.env.BENCH_TOOLS ?? 2);

function createServer(options: object): McpServer {
  const server = new McpServer({ name: "bench", version: "1.0.0" }, options);
  server.registerTool("add", { title: "Add", description: "Add two numbers", inputSchema: numbers }, ({ a, b }) => ({
    content: [{ type: "text", text: String(a + b) }],
  }));
  for (let number = 1; number < TOOLS; number++) {
    const name = number === 1 ? "echo" : `echo_${number}`;
    server.registerTool(name, { title: "Echo", description: "Echo text", inputSchema: text }, ({ text }) => ({
      content: [{ type: "text", text }],
    }));
  }
  return server;
}

/** `options` are the server's: what tuning changes. */
export function createRecipe(options: object = {}) {
  const app = express();
  app.use(express.json());
  app.post("/mcp", async (request, response) => {
    const server = createServer(options);
    // JSON is quicker than a stream of one event.
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
    response.on("close", () => {
      void transport.close();
      void server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  return serverless(app, {
    // The SDK reads raw headers, and serverless-http 4.0.0 leaves them empty: every request would be answered with 415.
    request: (request: { rawHeaders: string[]; headers: Record<string, string> }) => {
      request.rawHeaders = Object.entries(request.headers).flat();
    },
  });
}
export const handler = createRecipe();
