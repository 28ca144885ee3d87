import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";

/** How many tools the servers have, two of them called: `BENCH_TOOLS`, 2 by default. */
const TOOLS = Number(process.env.BENCH_TOOLS ?? 2);

/** Made once for all servers, as careful users do, and in favour of everybody who builds a server for each request. */
const numbers = z.object({ a: z.number().describe("first addend"), b: z.number().describe("second addend") });
const text = z.object({ text: z.string().describe("text to echo") });

/** The server that everybody is measured with, where SDK v2 is what it is written for. */
export function createToolServer(): McpServer {
  const server = new McpServer({ name: "bench", version: "1.0.0" });
  addTools(server);
  return server;
}

export function addTools(server: McpServer): void {
  server.registerTool("add", { title: "Add", description: "Add two numbers", inputSchema: numbers }, ({ a, b }) => ({
    content: [{ type: "text", text: String(a + b) }],
  }));
  for (let number = 1; number < TOOLS; number++) {
    const name = number === 1 ? "echo" : `echo_${number}`;
    server.registerTool(name, { title: "Echo", description: "Echo text", inputSchema: text }, ({ text }) => ({
      content: [{ type: "text", text }],
    }));
  }
}
