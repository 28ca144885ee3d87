import { setTimeout as sleep } from "node:timers/promises";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import { trace } from "@opentelemetry/api";
import * as z from "zod/v4";
import { defineServer, type ServerDefinition } from "../../src/index.ts";
import { createTasks } from "../../src/tasks/create-tasks.ts";

/** A word that must be in nothing that is recorded. */
export const CANARY = "canary-4711";

const tasks = createTasks();
const tracer = trace.getTracer("user");

/** A span of the user's, around something that takes its time. */
async function ownSpan(name: string): Promise<void> {
  await sleep(1);
  const span = tracer.startSpan(name);
  await sleep(1);
  span.end();
}

/** One of everything that is observed. */
export const server: ServerDefinition = defineServer({
  tasks,
  createServer() {
    const built = new McpServer(
      { name: "observed", version: "1" },
      { capabilities: { resources: { subscribe: true } } },
    );
    const inputSchema = z.object({ secret: z.string().optional(), pauseSeconds: z.number().optional() });
    built.registerTool("echo", { inputSchema }, async () => {
      await ownSpan("own");
      return { content: [{ type: "text", text: CANARY }] };
    });
    built.registerTool("fail", { inputSchema }, () => ({ content: [{ type: "text", text: CANARY }], isError: true }));
    built.registerTool("throw", { inputSchema }, () => {
      throw new Error(CANARY);
    });
    built.registerTool("notify", { inputSchema }, async (_args, { mcpReq }) => {
      await mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
      return { content: [] };
    });
    built.registerTool("hang", { inputSchema }, async (_args, { mcpReq }) => {
      await mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
      return new Promise(() => {});
    });
    built.registerTool("ask", { inputSchema }, async () => {
      const requestedSchema = { type: "object", properties: {} } as const;
      const { action } = await built.server.elicitInput({ mode: "form", message: CANARY, requestedSchema });
      return { content: [{ type: "text", text: action }] };
    });
    const work = tasks.run<{ pauseSeconds?: number }, unknown, object>(async ({ pauseSeconds = 60 }, task) => {
      await task.step("first", () => ownSpan("in a step"));
      await task.sleep("pause", pauseSeconds);
      await task.step("second", () => CANARY);
      return { content: [] };
    });
    built.registerTool("work", { inputSchema }, work as never);
    built.registerPrompt("hello", {}, () => ({ messages: [] }));
    built.registerResource("file", new ResourceTemplate("file:///{name}", { list: undefined }), {}, ({ href }) => ({
      contents: [{ uri: href, text: CANARY }],
    }));
    return built;
  },
});
