import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";

/** How many tools the servers have: `BENCH_TOOLS`, 2 by default. */
const TOOLS = Number(process.env.BENCH_TOOLS ?? 2);

/** At module level, which is fastest for every subject that builds a server for each request. */
const numbers = z.object({ a: z.number().describe("first addend"), b: z.number().describe("second addend") });
const text = z.object({ text: z.string().describe("text to echo") });

/** Does what `add` is asked to do. */
export type Add = (a: number, b: number) => number | Promise<number>;

const sum: Add = (a, b) => a + b;

/** The server of every subject that takes one of SDK v2. */
export function createToolServer(add: Add = sum): McpServer {
  const server = new McpServer({ name: "bench", version: "1.0.0" });
  addTools(server, add);
  return server;
}

export function addTools(server: McpServer, add: Add = sum): void {
  const config = { title: "Add", description: "Add two numbers", inputSchema: numbers };
  server.registerTool("add", config, async ({ a, b }) => ({
    content: [{ type: "text", text: String(await add(a, b)) }],
  }));
  for (let number = 1; number < TOOLS; number++) {
    const name = number === 1 ? "echo" : `echo_${number}`;
    server.registerTool(name, { title: "Echo", description: "Echo text", inputSchema: text }, ({ text }) => ({
      content: [{ type: "text", text }],
    }));
  }
}
