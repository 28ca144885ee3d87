import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import type { Invocation } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../src/index.ts";
import { createTasks } from "../../src/tasks/create-tasks.ts";
import { anyUser } from "../protocol-2026/instances.ts";
import { type Caller, callerOf, legacyRequest, messagesOf, modernCall } from "../support/messages.ts";
import { accepted, instancesOf, TasksClient } from "./tasks-client.ts";

interface Answer {
  readonly resultType?: string;
  readonly isError?: boolean;
  readonly inputRequests?: Readonly<Record<string, unknown>>;
  readonly content?: Array<{ text: string }>;
}

interface CallChoice {
  readonly name?: string;
  readonly user?: string;
  readonly invocation?: Partial<Invocation>;
}

/** Two instances with a tool that asks between two steps, for a client that takes no tasks. */
function set(): { effects: string[]; call: (args: object, more?: object, options?: CallChoice) => Promise<Answer> } {
  const effects: string[] = [];
  const tasks = createTasks();
  const server = defineServer({
    tasks,
    verifier: anyUser,
    audit: () => {},
    createServer() {
      const server = new McpServer({ name: "rounds", version: "1.0.0" });
      const callback = tasks.run(
        async ({ file }: { file: string }, task) => {
          await task.step("before", () => effects.push(`before ${file}`));
          await task.ask("sure", {
            method: "elicitation/create",
            params: { mode: "form", message: "Sure?", requestedSchema: { type: "object", properties: {} } },
          });
          await task.step("after", () => effects.push(`after ${file}`));
          return { content: [{ type: "text" as const, text: "done" }] };
        },
        { seconds: 20 },
      );
      server.registerTool("delete", { inputSchema: z.object({ file: z.string() }) }, callback);
      const endless = tasks.run(async () => new Promise<never>(() => {}));
      server.registerTool("endless", { inputSchema: z.object({ file: z.string() }) }, endless);
      const required = tasks.run(async () => ({ content: [] }), { required: true });
      server.registerTool("required", { inputSchema: z.object({ file: z.string() }) }, required);
      return server;
    },
  });
  const store = createMemoryStore();
  const instances = [0, 1].map(() => callerOf(createMcpEndpoint(server, { logLevel: "silent", store })));
  let turn = 0;
  return {
    effects,
    async call(args, more = {}, { name = "delete", user = "ada", invocation = {} }: CallChoice = {}) {
      const meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } };
      const [message, options] = modernCall("tools/call", { name, arguments: args, ...more, _meta: meta });
      const headers = { ...options.headers, authorization: `Bearer ${user}` };
      const response = await (instances[turn++ % 2] as Caller)(message, { headers, invocation });
      return (await messagesOf(response)).at(-1)?.result as Answer;
    },
  };
}

const answersTo = (round: Answer): object => ({
  inputResponses: Object.fromEntries(Object.keys(round.inputRequests ?? {}).map((key) => [key, accepted])),
});

test("a round goes on where the one before it asked, on another instance, and its answer is taken once", async () => {
  const { effects, call } = set();
  const round = await call({ file: "a" });
  expect(round.resultType).toBe("input_required");
  expect((await call({ file: "a" }, answersTo(round))).content?.[0]?.text).toBe("done");
  expect(effects).toEqual(["before a", "after a"]);
  const again = await call({ file: "a" }, answersTo(round));
  expect(again).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("call the tool again") }] });
  expect(effects).toHaveLength(2);
});

test("the answer to one call opens no other: another file, another caller", async () => {
  const { effects, call } = set();
  for (const [args, options] of [
    [{ file: "other" }, {}],
    [{ file: "a" }, { user: "eve" }],
  ] as const) {
    const round = await call({ file: "a" });
    expect(await call(args, answersTo(round), options)).toMatchObject({ isError: true });
  }
  expect(effects.filter((effect) => effect.startsWith("after"))).toEqual([]);
});

test("work that takes longer than the call may is refused before it begins", async () => {
  const { effects, call } = set();
  const result = await call({ file: "a" }, {}, { invocation: { deadlineAt: Date.now() + 10_000 } });
  expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("about 20 s") }] });
  expect(effects).toEqual([]);
});

test("work that does not end in time is answered with a sentence before the platform ends the call", async () => {
  const { call } = set();
  const deadline = AbortSignal.timeout(30_000);
  const invocation = { deadline, deadlineAt: Date.now() + 800 };
  const result = await call({ file: "a" }, {}, { name: "endless", invocation });
  expect(result).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining("time of this call is up") }],
  });
});

test("a client of 2025 is told that a tool needs tasks", async () => {
  const tasks = createTasks();
  const createServer = (): McpServer => {
    const server = new McpServer({ name: "required", version: "1.0.0" });
    const callback = tasks.run(async () => ({ content: [] }), { required: true });
    server.registerTool("job", { inputSchema: z.object({}) }, callback);
    return server;
  };
  const call = callerOf(
    createMcpEndpoint(defineServer({ createServer, tasks }), { logLevel: "silent", store: createMemoryStore() }),
  );
  const initialize = legacyRequest("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "old", version: "1" },
  });
  const { headers } = await call(initialize);
  const response = await call(legacyRequest("tools/call", { name: "job", arguments: {} }), {
    headers: { "mcp-protocol-version": "2025-11-25", "mcp-session-id": headers["mcp-session-id"] ?? "" },
  });
  const [answer] = await messagesOf(response);
  expect(answer).toMatchObject({
    result: { isError: true, content: [{ text: expect.stringContaining("io.modelcontextprotocol/tasks") }] },
  });
});

test("a client that takes tasks does not get past `before` by naming a round", async () => {
  const tasks = createTasks();
  const server = defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "guarded", version: "1.0.0" });
      const refused = { content: [{ type: "text" as const, text: "not today" }] };
      const callback = tasks.run(async () => ({ content: [] }), { before: () => refused });
      server.registerTool("guarded", { inputSchema: z.object({}) }, callback);
      return server;
    },
  });
  const client = new TasksClient(instancesOf(server));
  const inputResponses = { [`sure.${"A".repeat(24)}`]: accepted };
  const result = await client.ask("tools/call", { name: "guarded", arguments: {}, inputResponses });
  expect(result).toMatchObject({ content: [{ text: "not today" }] });
});
