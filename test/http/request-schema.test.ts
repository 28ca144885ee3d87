import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inputRequired, McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod/v4";
import { correlate } from "../../adapters/aws/trace-header.ts";
import { readDocComments } from "../../generate/doc-comments.ts";
import type { RequestRecord } from "../../src/adapter.ts";
import { createEndpoint } from "../../src/endpoint.ts";
import { createMemoryStore, defineServer } from "../../src/index.ts";
import { createTasks } from "../../src/tasks/create-tasks.ts";
import { type Caller, callerOf, legacyRequest, modernCall, textOf } from "../support/messages.ts";
import { createManualQueue, drain } from "../tasks/manual-queue.ts";
import { TasksClient, taskRequest } from "../tasks/tasks-client.ts";

const SOURCE = readFileSync(join(import.meta.dirname, "../../src/http/record/request-record.ts"), "utf8");
const OUTCOMES = [...(/type RequestOutcome =([^;]*);/.exec(SOURCE)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(
  ([, word]) => word,
);

const tasks = createTasks({ attempts: 1 });
const server = defineServer({
  tasks,
  createServer() {
    const built = new McpServer({ name: "all", version: "1" });
    const inputSchema = z.object({});
    built.registerTool("echo", { inputSchema }, () => ({ content: [] }));
    built.registerTool("fail", { inputSchema }, () => ({ content: [], isError: true }));
    built.registerTool("hang", { inputSchema }, (_args, { mcpReq }) =>
      mcpReq
        .notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } })
        .then(() => never()),
    );
    const question = inputRequired.elicit({ message: "Go on?", requestedSchema: { type: "object", properties: {} } });
    built.registerTool("ask", { inputSchema }, () => inputRequired({ inputRequests: { question } }));
    const run = tasks.run<object, unknown, object>(() => ({ content: [] }));
    built.registerTool("work", { inputSchema }, run as never);
    const die = tasks.run<object, unknown, object>(() => never());
    built.registerTool("die", { inputSchema }, die as never);
    return built;
  },
});

const never = (): Promise<never> => new Promise(() => {});

interface Seen {
  readonly records: RequestRecord[];
  readonly at: Caller;
  readonly instances: readonly Caller[];
  readonly clock: { now: number };
  readonly queue: ReturnType<typeof createManualQueue>;
}

function open(): Seen {
  const records: RequestRecord[] = [];
  const clock = { now: Date.now() };
  const now = (): number => clock.now;
  const queue = createManualQueue();
  const store = createMemoryStore(now);
  const log = (record: RequestRecord): void => void records.push(record);
  const timings = { streamAfterMs: 20, writerSignMs: 20, mailboxFirstReadMs: 5, mailboxSlowestReadMs: 20 };
  const options = { store, workQueue: queue, log, heartbeatSeconds: 1 };
  const instance = (): Caller => callerOf(createEndpoint(server, options, { now, timings }));
  const instances = [instance(), instance()] as const;
  return { records, at: instances[0], instances, clock, queue };
}

const traceparent = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;

/** Requests of every kind, and the outcome that the line of each must have. */
async function serveAll(seen: Seen): Promise<void> {
  const { at, instances, queue, clock } = seen;
  const invocation = { clientIp: "192.0.2.1", deployedVersion: "7", correlate, traceparent: traceparent("b") };
  const say = async (...[message, options]: ReturnType<typeof modernCall>) =>
    textOf(await at(message, { ...options, invocation }));
  const _meta = { traceparent: traceparent("a") };
  await say(...modernCall("tools/call", { name: "echo", arguments: {}, _meta }));
  await say(...modernCall("tools/call", { name: "fail", arguments: {} }));
  await say(...taskRequest("tools/call", { name: "ask", arguments: {} }));
  await say(...modernCall("tools/call", { name: "canary-of-a-caller", arguments: {} }));
  await say(...modernCall("canary/method"));
  await at(legacyRequest("ping"), { headers: { host: "elsewhere" }, invocation: { clientIp: "127.0.0.1" } });

  const [hang, options] = modernCall("tools/call", { name: "hang", arguments: {} });
  const left = await at(hang, options);
  for await (const _chunk of left.body as AsyncIterable<string>) break;
  await textOf(await at(hang, { ...options, invocation: { deadline: AbortSignal.timeout(30) } }));

  const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: { name: "old", version: "9" } };
  const { headers } = await at(legacyRequest("initialize", params));
  const session = { headers: { "mcp-session-id": headers["mcp-session-id"] ?? "" } };
  const call = (name: string) => legacyRequest("tools/call", { name, arguments: {} });
  await textOf(await at([call("echo"), call("fail")], session));

  const client = new TasksClient([at]);
  await client.call("work");
  await drain(queue, instances);
  const die = await client.call("die");
  queue.jobs.length = 0;
  // The first worker is gone before it has done anything.
  void at(undefined, { body: "", invocation: { requestId: "gone", canStream: false, job: die.taskId } });
  await expect.poll(async () => (await client.get(die.taskId)).status).toBe("working");
  await new Promise((resolve) => setTimeout(resolve, 20));
  clock.now += 120_000;
  await instances[1]?.(undefined, { body: "", invocation: { requestId: "job", canStream: false, job: die.taskId } });
  const broken = callerOf(
    createEndpoint(() => Promise.reject(new Error("down")), { log: (record) => seen.records.push(record) }),
  );
  await broken(...taskRequest("tools/list"));
}

test("every field of a line is documented, and every field and outcome that is documented is seen in a line", async () => {
  const seen = open();
  await serveAll(seen);
  const { records } = seen;
  const correlation = Object.keys(correlate({ traceId: "" }));
  const documented = [...readDocComments(SOURCE).keys()];
  const found = new Set(records.flatMap((record) => Object.keys(record)));
  // The id of a span is there with telemetry alone: test/telemetry/.
  expect([...found, "spanId"].filter((field) => !correlation.includes(field)).sort()).toEqual([...documented].sort());
  expect([...new Set(records.flatMap(({ outcome }) => outcome ?? []))].sort()).toEqual([...OUTCOMES].sort());
  expect(new Set(records.map(({ schema }) => schema))).toEqual(new Set([1]));
  expect(JSON.stringify(records)).not.toContain("canary");
});
