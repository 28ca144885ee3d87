import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createProject } from "../cli/project.ts";
import { startCli } from "../cli/run-cli.ts";

/** A run of `dev` with its console. */
export interface ConsoleRun {
  readonly consoleUrl: string;
  /** URL of the MCP endpoint behind an ingress. */
  urlOf(cloud: string): string;
  /** Lets the tool `wait` go on. */
  release(): void;
  end(): Promise<void>;
}

/** The line of `server.ts` on which the tool `fail` throws. */
export const FAILING_LINE = 6;

const server = (signal: string): string => `
import { existsSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
function fail() {
  throw new RangeError("out of ink");
}
const text = (text) => ({ content: [{ type: "text", text }] });
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
export default {
  createServer() {
    const server = new McpServer({ name: "tested", version: "1.0.0" });
    server.registerTool("whoami", { description: "Tells its process" }, async () => text(String(process.pid)));
    server.registerTool("fail", { description: "Throws" }, async () => fail());
    server.registerTool("say", { description: "Logs" }, async () => { console.log("a line of the server"); return text("said"); });
    server.registerTool("wait", { description: "Streams" }, async (ctx) => {
      const progressToken = ctx.mcpReq._meta?.progressToken;
      const notify = (progress) => ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress } });
      await notify(1);
      while (!existsSync(${JSON.stringify(signal)})) await pause();
      await notify(2);
      return text("<b>waited</b>");
    });
    server.registerTool("ask", { description: "Asks" }, async (ctx) => {
      const requestedSchema = { type: "object", properties: {} };
      const { action } = await ctx.mcpReq.elicitInput({ mode: "form", message: "Go on?", requestedSchema });
      return text(action);
    });
    const inputSchema = z.object({
      name: z.string().describe("A name"),
      count: z.number().int().min(1).optional(),
      color: z.enum(["red", "green"]),
      loud: z.boolean().optional(),
      plain: z.boolean(),
      tags: z.array(z.string()).optional(),
    });
    server.registerTool("echo", { description: "Answers its arguments", inputSchema }, async (args) => text(JSON.stringify(args)));
    return server;
  },
};
`;

export async function startConsoleRun(args: readonly string[] = []): Promise<ConsoleRun> {
  const project = createProject();
  const signal = join(project.folder, "signal");
  project.write("server.ts", server(signal));
  const cli = startCli(["dev", "--port", "0", ...args], { cwd: project.folder });
  const end = async (): Promise<void> => {
    cli.process.kill("SIGTERM");
    await cli.ended;
    project.remove();
  };
  try {
    const [, consoleUrl = ""] = await cli.printed(/^console +(http:\S+)/m);
    const [printed] = await cli.printed(/[\s\S]*^Serving/m);
    return {
      consoleUrl,
      urlOf: (cloud) => new RegExp(`^${cloud} +(http:\\S+)`, "m").exec(printed)?.[1] ?? "",
      release: () => (existsSync(signal) ? rmSync(signal) : writeFileSync(signal, "")),
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Calls a tool as a client of either era, and returns the text of its answer. */
export async function call(url: string, name: string, mode: "auto" | "legacy" = "auto"): Promise<string> {
  const capabilities = { elicitation: { form: {} } };
  const client = new Client({ name: "a-client", version: "7" }, { versionNegotiation: { mode }, capabilities });
  client.setRequestHandler("elicitation/create", () => ({ action: "decline" }));
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const { content } = await client.callTool({ name, arguments: {} }, { onprogress: () => {}, timeout: 120_000 });
    return content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
  } finally {
    await client.close();
  }
}
