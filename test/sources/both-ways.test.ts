import { completable, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import type { HttpHandler } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, defineServer, toFetch } from "../../src/index.ts";
import { gateway, type RemoteOptions, remote, type Source } from "../../src/sources/sources.ts";
import tasksServer from "../fixtures/tasks-server.ts";
import { callerOf, messagesOf, modernCall } from "../support/messages.ts";
import { TasksClient } from "../tasks/tasks-client.ts";
import { bearerVerifier } from "./chaos/bearer-verifier.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";

const QUIET = { logLevel: "silent", audit: "off" } as const;

/** Three instances of a gateway before one server, which knows no callers. */
function instancesBefore(source: Source, options: RemoteOptions = {}): HttpHandler[] {
  const upstream = toFetch(createMcpEndpoint(source, { store: createMemoryStore(), ...QUIET }));
  const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    upstream(new Request(input, init), { canStream: true, clientIp: "127.0.0.1" });
  const crm = remote("http://127.0.0.1/mcp", { fetch: fetch as never, ...options });
  const definition = defineServer({ ...gateway({ crm }), verifier: bearerVerifier });
  const stateKeys = [{ id: "k1", secret: new TextEncoder().encode("a key of thirty-two characters, at least") }];
  const store = createMemoryStore();
  return [1, 2, 3].map(() => createMcpEndpoint(definition, { store, stateKeys, ...QUIET }));
}

const inTurn = (instances: readonly HttpHandler[]): HttpHandler => {
  let turn = 0;
  return (...args) => (instances[turn++ % instances.length] as HttpHandler)(...args);
};

const by = (name: string) => ({ headers: { authorization: `Bearer ${name}` } });
const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });

test("a task of the upstream is its caller's, on every instance, and nobody else's", async () => {
  const instances = instancesBefore(tasksServer, { tasks: true }).map((handler) => callerOf(handler));
  const [ada, bob] = ["ada", "bob"].map((name) => new TasksClient(instances, by(name))) as [TasksClient, TasksClient];
  const { taskId } = await ada.call("crm_confirm_delete", { filename: "a.txt" });
  expect(taskId).toMatch(/^crm\./);
  await ada.until(taskId, "input_required");
  await expect(bob.get(taskId)).rejects.toMatchObject({ code: -32602 });
  await expect(bob.cancel(taskId)).rejects.toMatchObject({ code: -32602 });
  await ada.answer(taskId, { confirm: { action: "accept", content: { confirm: true } } });
  const done = await ada.settled(taskId);
  expect(done.result?.content[0]?.text).toBe('a.txt: accept {"confirm":true}');
});

test("without the option, the upstream is told that its client takes no tasks", async () => {
  const client = new TasksClient(
    instancesBefore(tasksServer).map((handler) => callerOf(handler)),
    by("ada"),
  );
  const answer = await client.call("crm_slow_compute", { seconds: 0.01, label: "It" });
  expect(answer).toMatchObject({ resultType: "complete", content: [{ text: "It took 0.01 s." }] });
});

function createCrm(): McpServer {
  const server = new McpServer({ name: "crm", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool("count", { inputSchema: z.object({}) }, async (_args, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [1, 2]) {
      if (progressToken === undefined) continue;
      await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total: 2 } });
    }
    return text("counted");
  });
  server.registerTool("wait", { inputSchema: z.object({}) }, async (_args, { mcpReq }) => {
    waiting.resolve();
    await new Promise((resolve) => mcpReq.signal.addEventListener("abort", resolve, { once: true }));
    cancelled.resolve();
    return text("late");
  });
  server.registerTool("think", { inputSchema: z.object({}) }, async (_args, { mcpReq }) => {
    const messages = [{ role: "user" as const, content: { type: "text" as const, text: "?" } }];
    const { content } = await mcpReq.requestSampling({ messages, maxTokens: 10 });
    return text(JSON.stringify(content));
  });
  server.registerTool("resume", { inputSchema: z.object({}) }, async (_args, { mcpReq }) => {
    const state = mcpReq.requestState<string>();
    return state === undefined ? inputRequired({ requestState: "round one" }) : text(`after ${state}`);
  });
  const argsSchema = z.object({ town: completable(z.string(), () => ["Bern", "Basel"]) });
  server.registerPrompt("visit", { argsSchema }, ({ town }) => ({
    messages: [{ role: "user", content: { type: "text", text: town } }],
  }));
  return server;
}

let waiting = Promise.withResolvers<void>();
let cancelled = Promise.withResolvers<void>();

test.each(ERAS)("progress, completions and cancellations pass, for a client of %s", async (era) => {
  const client = await connectTo(inTurn(instancesBefore(createCrm, { breaker: { failures: 1 } })), era, by("ada"));
  const progress: number[] = [];
  const counted = await client.callTool(
    { name: "crm_count", arguments: {} },
    { onprogress: (step) => void progress.push(step.progress) },
  );
  expect(counted.content).toMatchObject([{ text: "counted" }]);
  expect(progress).toEqual([1, 2]);
  const ref = { type: "ref/prompt", name: "crm_visit" } as const;
  const { completion } = await client.complete({ ref, argument: { name: "town", value: "B" } });
  expect(completion.values).toEqual(["Bern", "Basel"]);
  [waiting, cancelled] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const leaving = new AbortController();
  const call = client.callTool({ name: "crm_wait", arguments: {} }, { signal: leaving.signal });
  await waiting.promise;
  leaving.abort();
  await expect(call).rejects.toThrow();
  await cancelled.promise;
  // A client that leaves has said nothing of the upstream: others still use it.
  for (let n = 0; n < 3; n++) expect(await callText(client, "crm_count")).toBe("counted");
});

test("the upstream asks the client's model", async () => {
  const client = await connectTo(inTurn(instancesBefore(createCrm)), "2025-11-25", {
    ...by("ada"),
    capabilities: { sampling: {} },
    prepare: (prepared) =>
      prepared.setRequestHandler("sampling/createMessage", () => ({
        model: "m",
        role: "assistant",
        content: { type: "text", text: "42" },
      })),
  });
  expect(await callText(client, "crm_think")).toContain("42");
});

test("a state of the upstream comes back from the caller that it was given to alone", async () => {
  const instances = instancesBefore(createCrm).map((handler) => callerOf(handler));
  let turn = 0;
  const call = async (name: string, params: object = {}) => {
    const [message, { headers }] = modernCall("tools/call", { name: "crm_resume", arguments: {}, ...params });
    const ask = instances[turn++ % instances.length] as (typeof instances)[number];
    const [answer] = await messagesOf(await ask(message, { headers: { ...headers, ...by(name).headers } }));
    return answer as { result?: { requestState?: string }; error?: { code: number } };
  };
  const requestState = (await call("ada")).result?.requestState;
  expect(requestState).toBeTypeOf("string");
  expect(requestState).not.toContain("round one");
  expect((await call("bob", { requestState })).error).toMatchObject({ code: -32602 });
  expect((await call("ada", { requestState })).result).toMatchObject({ content: [{ text: "after round one" }] });
});

test.each(ERAS)("a budget is each caller's own, on all instances together, for a client of %s", async (era) => {
  const budget = { limit: 2, windowSeconds: 3_600, per: "caller" } as const;
  const handler = inTurn(instancesBefore(createCrm, { budget }));
  const [ada, bob] = await Promise.all(["ada", "bob"].map((name) => connectTo(handler, era, by(name))));
  const call = (client: typeof ada) => callText(client as NonNullable<typeof ada>, "crm_count");
  expect([await call(ada), await call(ada)]).toEqual(["counted", "counted"]);
  expect(await call(ada)).toContain("budget is used up");
  expect(await call(bob)).toBe("counted");
});
