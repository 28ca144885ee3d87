import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/v4";
import { listenOnPort } from "../../adapters/gcp/container.ts";
import { createMcpEndpoint, createMemoryStore, defineServer, type ServerDefinition } from "../../src/index.ts";
import { createTasks, type Task } from "../../src/tasks/create-tasks.ts";
import { callerOf, messagesOf, modernCall } from "../support/messages.ts";

const question = {
  method: "elicitation/create",
  params: {
    mode: "form",
    message: "Go on?",
    requestedSchema: { type: "object", properties: { confirm: { type: "boolean" } } },
  },
} as const;

const inputSchema = { city: z.string() };

/** The work of both servers: steps, progress, a pause and a question. */
async function report(
  city: string,
  task: Task,
  effects: string[],
): Promise<{ content: [{ type: "text"; text: string }] }> {
  const gathered = await task.step("gather", () => effects.push(`gathered ${city}`));
  await task.progress({ progress: 1, total: 2, message: "gathered" });
  await task.sleep("pause", 0.01);
  const { action, content } = await task.ask("approve", question);
  const written = await task.step("write", () => effects.push("written"));
  return { content: [{ type: "text", text: JSON.stringify([gathered, action, content, written]) }] };
}

function servers(effects: string[]): Record<"v1" | "v2", ServerDefinition> {
  const tasks = createTasks();
  return {
    v2: defineServer({
      tasks,
      createServer() {
        const server = new McpServer({ name: "v2", version: "1.0.0" });
        const callback = tasks.run(async ({ city }: { city: string }, task) => report(city, task, effects));
        server.registerTool("report", { inputSchema: z.object(inputSchema) }, callback);
        return server;
      },
    }),
    v1: defineServer({
      tasks,
      createServer() {
        const server = new SdkV1McpServer({ name: "v1", version: "1.0.0" });
        const callback = tasks.run(async ({ city }: { city: string }, task) => report(city, task, effects));
        server.registerTool("report", { inputSchema }, callback);
        return server;
      },
    }),
  };
}

/** A client of an instance that listens on loopback. */
async function clientOf(server: ServerDefinition, mode: "legacy" | { pin: "2026-07-28" }): Promise<Client> {
  const endpoint = createMcpEndpoint(server, { logLevel: "silent", store: createMemoryStore() });
  const container = await listenOnPort(endpoint, { port: 0, host: "127.0.0.1" });
  const client = new Client(
    { name: "inline", version: "1.0.0" },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
  );
  client.setRequestHandler("elicitation/create", async () => ({ action: "accept", content: { confirm: true } }));
  onTestFinished(async () => {
    await client.close();
    await container.close();
  });
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${container.port}/mcp`)));
  return client;
}

describe.each([
  ["SDK v2, 2026-07-28", "v2", { pin: "2026-07-28" }],
  ["SDK v2, 2025-11-25", "v2", "legacy"],
  ["SDK v1, 2025-11-25", "v1", "legacy"],
] as const)("a client without the extension: %s", (_name, version, mode) => {
  test("the same handler runs within the call, with progress and a question, and each step once", async () => {
    const effects: string[] = [];
    const client = await clientOf(servers(effects)[version], mode);
    const progress: unknown[] = [];
    const result = await client.callTool(
      { name: "report", arguments: { city: "Oslo" } },
      { onprogress: (sent) => progress.push(sent) },
    );
    expect(result.content).toEqual([{ type: "text", text: '[1,"accept",{"confirm":true},2]' }]);
    expect(effects).toEqual(["gathered Oslo", "written"]);
    expect(progress).toContainEqual({ progress: 1, total: 2, message: "gathered" });
  });
});

test.each([30 * 86_400, -1, Number.NaN])(
  "a sleep of %d seconds within a call does not end at once",
  async (seconds) => {
    const tasks = createTasks();
    let isAwake = false;
    const server = defineServer({
      tasks,
      createServer() {
        const server = new McpServer({ name: "sleeping", version: "1.0.0" });
        const callback = tasks.run(async (_args: object, task) => {
          await task.sleep("long", seconds);
          isAwake = true;
          return { content: [] };
        });
        server.registerTool("sleep", { inputSchema: z.object({}) }, callback);
        return server;
      },
    });
    const call = callerOf(createMcpEndpoint(server, { logLevel: "silent", store: createMemoryStore() }));
    const [message, options] = modernCall("tools/call", { name: "sleep", arguments: {} });
    const response = await call(message, { ...options, invocation: { deadlineAt: Date.now() + 700 } });
    expect((await messagesOf(response)).at(-1)).toMatchObject({ result: { isError: true } });
    expect(isAwake).toBe(false);
  },
);
