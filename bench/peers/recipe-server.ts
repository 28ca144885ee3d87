import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Express } from "express";
import serverless from "serverless-http";
import * as z from "zod/v4";

const numbers = z.object({ a: z.number().describe("first addend"), b: z.number().describe("second addend") });
const text = z.object({ text: z.string().describe("text to echo") });
const TOOLS = Number(process.env.BENCH_TOOLS ?? 2);

/** The same server with SDK v1. */
export function createRecipeServer(options: object = {}): McpServer {
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

/** An Express application as a Lambda handler. */
export const toLambda = (app: Express) =>
  serverless(app, {
    // SDK v1 reads raw headers, and serverless-http 4.0.0 leaves them empty: every request would be answered with 415.
    request: (request: { rawHeaders: string[]; headers: Record<string, string> }) => {
      request.rawHeaders = Object.entries(request.headers).flat();
    },
  });
