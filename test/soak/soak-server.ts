import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { defineServer, type FactoryContext, type ServerDefinition } from "../../src/index.ts";
import { createTasks } from "../../src/tasks/create-tasks.ts";
import { createChaosServer } from "../chaos/chaos-server.ts";

/** The resource whose changes are told to listeners. */
export const NOTE = "note://one";

const text = (value: unknown): { content: [{ type: "text"; text: string }] } => ({
  content: [{ type: "text", text: String(value) }],
});

const question = {
  method: "elicitation/create",
  params: {
    mode: "form",
    message: "Which word?",
    requestedSchema: { type: "object", properties: { word: { type: "string" } } },
  },
} as const;

const tasks = createTasks({ ttlSeconds: 60, perCaller: 10_000, total: 10_000 });

const job = tasks.run(async ({ word }: { word: string }, task) => {
  const known = await task.step("known", () => word);
  const { content } = await task.ask("ask", question);
  await task.sleep("pause", 1);
  return text(`${known} ${content?.word}`);
});

function createServer({ notify }: FactoryContext): McpServer {
  const server = createChaosServer();
  server.server.registerCapabilities({ resources: { subscribe: true } });
  const input = z.object({ word: z.string() });
  server.registerTool("echo", { inputSchema: input }, async ({ word }) => text(word));
  server.registerTool("change", {}, async () => {
    notify.resourceUpdated(NOTE);
    return text("changed");
  });
  server.registerTool("job", { inputSchema: input }, job);
  return server;
}

const definition: ServerDefinition = defineServer({ createServer, tasks });

/** The server of the chaos runs, with a tool that answers at once, one that changes a resource, and one that is a task. */
export default definition;
