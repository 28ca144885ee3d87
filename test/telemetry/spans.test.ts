import { beforeEach, describe, expect, test } from "vitest";
import type { RequestRecord } from "../../src/adapter.ts";
import { createEndpoint } from "../../src/endpoint.ts";
import { createMemoryStore, type McpEndpointOptions } from "../../src/index.ts";
import { openTelemetry } from "../../src/telemetry/open-telemetry.ts";
import {
  type Caller,
  type CallOptions,
  callerOf,
  legacyRequest,
  messagesOf,
  modernCall,
  textOf,
} from "../support/messages.ts";
import { createManualQueue, deliver, drain } from "../tasks/manual-queue.ts";
import { TasksClient } from "../tasks/tasks-client.ts";
import { BUCKETS, CONVENTIONS, METRIC_CONVENTIONS, OTHERS } from "./conventions.ts";
import { CANARY, server } from "./observed-server.ts";
import { takeMetrics, takeSpans } from "./recorded-spans.ts";

const traceparent = (digit: string, flags = "01"): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-${flags}`;
const NETWORK = { "network.transport": "tcp", "network.protocol.name": "http" };

interface Observed {
  readonly at: Caller;
  readonly records: RequestRecord[];
  readonly clock: { now: number };
  readonly queue: ReturnType<typeof createManualQueue>;
}

function open(options: McpEndpointOptions = {}): Observed {
  const clock = { now: Date.now() };
  const records: RequestRecord[] = [];
  const queue = createManualQueue();
  const now = (): number => clock.now;
  const log = (record: RequestRecord): void => void records.push(record);
  const store = createMemoryStore(now);
  const endpoint = createEndpoint(
    server,
    { store, workQueue: queue, log, telemetry: openTelemetry(), ...options },
    { now },
  );
  return { at: callerOf(endpoint), records, clock, queue };
}

async function callModern(
  at: Caller,
  method: string,
  params: { name?: string } & Record<string, unknown> = {},
  options: CallOptions = {},
): Promise<string> {
  const [message, { headers }] = modernCall(method, params);
  return textOf(await at(message, { ...options, headers: { ...headers, ...options.headers } }));
}

const call = (name: string, more: object = {}): { name: string; arguments: object } => ({
  name,
  arguments: { secret: CANARY },
  ...more,
});

beforeEach(() => {
  takeSpans();
});

describe("a call of 2026-07-28", () => {
  test.each([
    [
      "tools/call",
      call("echo"),
      "tools/call echo",
      { "gen_ai.tool.name": "echo", "gen_ai.operation.name": "execute_tool" },
      "own",
    ],
    ["prompts/get", { name: "hello" }, "prompts/get hello", { "gen_ai.prompt.name": "hello" }, undefined],
    [
      "resources/read",
      { uri: `file:///a?${CANARY}` },
      "resources/read",
      { "mcp.resource.uri": "file:///a?…" },
      undefined,
    ],
    ["tools/list", {}, "tools/list", {}, undefined],
    ["server/discover", {}, "server/discover", {}, undefined],
  ])("of %s is one span with what the conventions ask for", async (method, params, name, attributes, child) => {
    const { at, records } = open();
    const uri = "uri" in params ? { headers: { "mcp-name": params.uri } } : {};
    const text = await callModern(at, method, params, { ...uri, invocation: { clientIp: "192.0.2.1" } });
    const { id } = JSON.parse(text);
    const { trees, spans } = takeSpans();
    const expected = {
      name,
      kind: "SERVER",
      attributes: {
        ...NETWORK,
        "mcp.method.name": method,
        "mcp.protocol.version": "2026-07-28",
        "jsonrpc.request.id": String(id),
        "client.address": "192.0.2.1",
        ...attributes,
      },
      ...(child && { children: [{ name: child, kind: "INTERNAL", attributes: {} }] }),
    };
    expect(trees).toEqual([expected]);
    const [span] = spans.filter(({ kind }) => kind === 1).map((one) => one.spanContext());
    expect(records.at(-1)).toMatchObject({ traceId: span?.traceId, spanId: span?.spanId });
  });

  test.each([
    ["a tool that fails", "fail", "tools/call fail", "tool_error", undefined],
    ["a tool that throws", "throw", "tools/call throw", "tool_error", undefined],
    ["a tool that is not there", CANARY, "tools/call _OTHER", "-32602", "-32602"],
  ])("of %s is an error", async (_what, tool, name, type, code) => {
    const { at } = open();
    await callModern(at, "tools/call", call(tool));
    const { trees } = takeSpans();
    expect(trees).toMatchObject([{ name, isError: true, attributes: { "error.type": type } }]);
    expect(trees[0]?.attributes["rpc.response.status_code"]).toBe(code);
    expect(JSON.stringify(trees)).not.toContain(CANARY);
  });

  test("that its client leaves, and one that takes too long, say so", async () => {
    const { at } = open();
    const [message, options] = modernCall("tools/call", call("hang"));
    const { body } = await at(message, options);
    for await (const _chunk of body as AsyncIterable<string>) break;
    await textOf(await at(message, { ...options, invocation: { deadline: AbortSignal.timeout(20) } }));
    await callModern(at, "tools/call", call("notify"));
    const types = takeSpans().trees.map(({ name, attributes }) => [name, attributes["error.type"]]);
    expect(types).toEqual([
      ["tools/call _OTHER", "cancelled"],
      ["tools/call _OTHER", "timed_out"],
      ["tools/call notify", undefined],
    ]);
  });
});

describe("the parent of a call", () => {
  const ask = async (meta: object | undefined, header: string | undefined, options: McpEndpointOptions = {}) => {
    const { at } = open(options);
    const headers = header === undefined ? {} : { traceparent: header };
    await callModern(at, "tools/call", call("echo", meta && { _meta: meta }), { headers });
    const { spans } = takeSpans();
    const span = spans.find(({ kind }) => kind === 1);
    const parent = span?.parentSpanContext;
    return [parent?.traceId[0], parent?.spanId[0], span?.links.map(({ context }) => context.traceId[0])];
  };

  test("is the span of its message, with that of the HTTP request as a link", async () => {
    expect(await ask({ traceparent: traceparent("a") }, traceparent("b"))).toEqual(["a", "a", ["b"]]);
    expect(await ask({ traceparent: traceparent("a") }, undefined)).toEqual(["a", "a", []]);
    expect(await ask({ traceparent: traceparent("a") }, traceparent("a"))).toEqual(["a", "a", []]);
  });

  test("is the span of the HTTP request where the message names none, or garbage", async () => {
    for (const meta of [undefined, {}, { traceparent: 7 }, { traceparent: `${traceparent("a")}-${"x".repeat(600)}` }]) {
      expect(await ask(meta, traceparent("b"))).toEqual(["b", "b", []]);
    }
    const garbage = { tracestate: "x".repeat(10_000), baggage: `${"=,".repeat(9_000)}%` };
    expect(await ask({ traceparent: traceparent("a"), ...garbage }, undefined)).toEqual(["a", "a", []]);
    expect(await ask({ traceparent: "00" }, "garbage")).toEqual([undefined, undefined, []]);
  });

  test("decides whether it is recorded only where that is configured", async () => {
    expect(await ask({ traceparent: traceparent("a", "00") }, undefined)).toEqual(["a", "a", []]);
    const given = { telemetrySampling: "caller" } as const;
    expect(await ask({ traceparent: traceparent("a", "00") }, undefined, given)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a session of 2025", () => {
  async function session(at: Caller, protocolVersion = "2025-11-25") {
    const params = { protocolVersion, capabilities: { elicitation: {} }, clientInfo: { name: "old", version: "1" } };
    const { headers } = await at(legacyRequest("initialize", params));
    const id = headers["mcp-session-id"] ?? "";
    takeSpans();
    return { id, send: (message: unknown) => at(message, { headers: { "mcp-session-id": id } }) };
  }

  test("has the beginning of its id in spans, never the whole", async () => {
    const { at } = open();
    const { id, send } = await session(at);
    await textOf(await send(legacyRequest("tools/call", call("echo"))));
    await send({ jsonrpc: "2.0", method: "notifications/initialized" });
    const { trees } = takeSpans();
    expect(trees).toMatchObject([
      { name: "tools/call echo", kind: "SERVER", events: ["store get"], children: [{ name: "own" }] },
      { name: "notifications/initialized", kind: "SERVER" },
    ]);
    expect(trees.map(({ attributes }) => attributes["mcp.session.id"])).toEqual([id.slice(0, 8), id.slice(0, 8)]);
    expect(trees[0]?.attributes["mcp.protocol.version"]).toBe("2025-11-25");
    expect(trees[1]?.attributes).not.toHaveProperty("jsonrpc.request.id");
    expect(JSON.stringify(trees)).not.toContain(id);
  });

  test("has a span for each message of a batch", async () => {
    const { at } = open();
    const { send } = await session(at, "2025-03-26");
    const batch = [
      legacyRequest("tools/call", call("echo")),
      legacyRequest("tools/call", call("fail")),
      { jsonrpc: "2.0", method: "notifications/initialized" },
    ];
    await textOf(await send(batch));
    const { trees } = takeSpans();
    expect(trees.map(({ name, isError }) => [name, isError]).sort()).toEqual([
      ["notifications/initialized", undefined],
      ["tools/call echo", undefined],
      ["tools/call fail", true],
    ]);
    expect(trees.find(({ name }) => name === "tools/call echo")?.children).toMatchObject([{ name: "own" }]);
  });

  test("has a client's span for a request of the server, whose context the client gets", async () => {
    const { at } = open();
    const { send } = await session(at);
    const response = await send(legacyRequest("tools/call", call("ask")));
    let context = "";
    const texts: string[] = [];
    for await (const chunk of response.body as AsyncIterable<string>) {
      texts.push(chunk);
      const asked =
        /"id":"([^"]+)","method":"elicitation\/create"|"method":"elicitation\/create".*?"id":"([^"]+)"/.exec(chunk);
      if (!asked) continue;
      context = /"traceparent":"([^"]+)"/.exec(chunk)?.[1] ?? "";
      await send({ jsonrpc: "2.0", id: asked[1] ?? asked[2], result: { action: "decline" } });
    }
    expect(texts.join("")).toContain("decline");
    const { trees, spans } = takeSpans();
    const tool = trees.find(({ name }) => name === "tools/call ask");
    expect(tool?.children).toMatchObject([
      { name: "elicitation/create", kind: "CLIENT", attributes: { "mcp.method.name": "elicitation/create" } },
    ]);
    const client = spans.find(({ name }) => name === "elicitation/create")?.spanContext();
    expect(context).toBe(`00-${client?.traceId}-${client?.spanId}-01`);
  });

  test("has one span for a call whose client leaves, which ends with the work", async () => {
    const { at } = open();
    const { send } = await session(at);
    const gone = new AbortController();
    const [message] = [legacyRequest("tools/call", call("echo"))];
    const { id } = await session(at);
    const pending = at(message, { headers: { "mcp-session-id": id }, invocation: { signal: gone.signal } });
    gone.abort();
    await pending;
    await expect.poll(() => takeSpans().trees.map(({ name }) => name)).toContain("tools/call echo");
    await send({ jsonrpc: "2.0", method: "notifications/initialized" });
  });
});

test("a task is a span for each attempt, linked to the call, with its steps, its waits and the user's own spans", async () => {
  const { at, queue, clock } = open();
  const { taskId } = await new TasksClient([at]).call("work");
  await drain(queue, [at]);
  clock.now += 61_000;
  await deliver(at, taskId);
  const { trees, spans } = takeSpans();
  const [started] = spans.filter(({ name }) => name === "tools/call work").map((span) => span.spanContext().traceId);
  const attempts = trees.filter(({ kind }) => kind === "CONSUMER");
  expect(attempts.map(({ attributes }) => attributes["mcp_anycloud.task.attempt"])).toEqual([1, 2]);
  expect(attempts[0]).toMatchObject({
    name: "execute_tool work",
    links: [started],
    attributes: { "gen_ai.tool.name": "work", "mcp_anycloud.task.status": "working" },
    children: [
      { name: "task.step", attributes: { "mcp_anycloud.task.step": "first" }, children: [{ name: "in a step" }] },
    ],
  });
  expect(attempts[1]).toMatchObject({
    links: [started],
    attributes: { "mcp_anycloud.task.status": "completed" },
    children: [
      { name: "task.wait", attributes: { "mcp_anycloud.task.wait": "sleep" } },
      { name: "task.step", attributes: { "mcp_anycloud.task.step": "second" } },
    ],
  });
});

describe("everything that is recorded", () => {
  async function everything(options: McpEndpointOptions = {}) {
    const { at, queue } = open(options);
    await callModern(at, "tools/call", call("echo"));
    await callModern(at, "tools/call", call("fail"));
    await callModern(at, "tools/call", call(CANARY));
    await callModern(at, CANARY);
    await callModern(at, "prompts/get", { name: CANARY });
    await new TasksClient([at]).call("work", { secret: CANARY });
    await drain(queue, [at]);
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "old", version: "1" } };
    await messagesOf(await at(legacyRequest("initialize", params)));
    return { ...takeSpans(), points: await takeMetrics() };
  }

  test("has names of the conventions alone, and no word of a caller", async () => {
    await takeMetrics();
    const { spans, trees, points } = await everything({ telemetryStore: "spans" });
    const names = new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...names].filter((name) => !CONVENTIONS.has(name) && !OTHERS.has(name))).toEqual([]);
    expect(JSON.stringify([trees, points])).not.toContain(CANARY);
    expect(spans.some(({ name }) => name === "store put")).toBe(true);
    expect(points.length).toBeGreaterThan(3);
    for (const { name, unit, attributes, boundaries } of points) {
      expect([name, unit, boundaries]).toEqual(["mcp.server.operation.duration", "s", BUCKETS]);
      expect(Object.keys(attributes).filter((attribute) => !METRIC_CONVENTIONS.has(attribute))).toEqual([]);
    }
  });

  test("has arguments and results where that is configured", async () => {
    const { trees } = await everything({ telemetryContent: "on" });
    const echo = trees.find(({ name }) => name === "tools/call echo");
    expect(echo?.attributes["gen_ai.tool.call.arguments"]).toContain(CANARY);
    expect(echo?.attributes["gen_ai.tool.call.result"]).toContain(CANARY);
  });
});

test("without an SDK or telemetry, no line has a span", async () => {
  const { at, records } = open({ telemetry: undefined });
  await callModern(at, "tools/call", call("echo"));
  expect(records[0]).not.toHaveProperty("spanId");
  expect(takeSpans().spans.filter(({ kind }) => kind === 1)).toEqual([]);
});
