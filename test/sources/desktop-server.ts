/** A desktop server of SDK v1, which keeps a number in memory: run by tests as a process. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import * as z from "zod/v4";

const text = (value: unknown) => ({ content: [{ type: "text" as const, text: String(value) }] });

const server = new McpServer({ name: "desktop", version: "1.0.0" });
let count = 0;
server.registerTool("count", {}, async () => text(++count));
server.registerTool("pid", {}, async () => text(process.pid));
server.registerTool("variables", {}, async () => text(JSON.stringify(process.env)));
server.registerTool("args", {}, async () => text(process.argv.slice(2).join(" ")));
server.registerTool("grow", {}, async () => {
  // After the answer: a tool more, which the SDK tells of.
  setTimeout(() => server.registerTool("grown", {}, async () => text("grown")), 100);
  return text("soon");
});
server.registerTool("die", {}, async () => process.exit(7));
server.registerTool("write", { inputSchema: { path: z.string() } }, async ({ path }) => {
  writeFileSync(path, "a");
  return text("written");
});
server.registerTool("flood", {}, async () => text("x".repeat(2_000_000)));
server.registerTool("print", {}, async () => {
  // As loggers do by default.
  process.stdout.write('ready\n{"level":30,"msg":"asked"}\n42\n');
  return text("printed");
});
server.registerTool("spawn", {}, async () =>
  text(spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }).pid),
);
server.registerTool("scatter", {}, async () => {
  // Browsers that a program drives are in a group of their own, and write their profile to the end.
  const write = 'for (let n = 0; n < 2e4; n++) require("fs").writeFileSync(process.env.HOME + "/profile/" + n, "a")';
  mkdirSync(`${process.env.HOME}/profile`);
  for (let n = 0; n < 2; n++) spawn(process.execPath, ["-e", write], { stdio: "ignore", detached: true });
  return new Promise<never>(() => setTimeout(() => process.exit(7), 500));
});
server.registerTool("chatter", {}, () => {
  const params = { level: "info", data: "again" };
  const line = `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params })}\n`;
  process.stdout.write(line.repeat(20_000));
  return new Promise<never>(() => {});
});
server.registerTool("hang", {}, () => new Promise<never>(() => {}));
server.registerTool("progress", { inputSchema: { steps: z.number() } }, async ({ steps }, extra) => {
  const progressToken = extra._meta?.progressToken ?? "none";
  for (let progress = 1; progress <= steps; progress++) {
    await extra.sendNotification({
      method: "notifications/progress",
      params: { progressToken, progress, total: steps },
    });
  }
  return text("done");
});
server.registerTool("ask", {}, async () => {
  const requestedSchema = { type: "object" as const, properties: { sure: { type: "boolean" as const } } };
  const { action, content } = await server.server.elicitInput({ message: "Sure?", requestedSchema });
  return text(`${action} ${JSON.stringify(content)}`);
});
await server.connect(new StdioServerTransport());
