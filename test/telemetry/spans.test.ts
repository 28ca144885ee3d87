import { beforeEach, describe, expect, test } from "vitest";
import type { McpEndpointOptions } from "../../src/index.ts";
import { legacyRequest, messagesOf, modernCall, textOf } from "../support/messages.ts";
import { deliver, drain } from "../tasks/manual-queue.ts";
import { TasksClient } from "../tasks/tasks-client.ts";
import { BUCKETS, CONVENTIONS, METRIC_CONVENTIONS, OTHERS } from "./conventions.ts";
import { call, callModern, openObserved } from "./observed-endpoint.ts";
import { CANARY } from "./observed-server.ts";
import { takeMetrics, takeSpans } from "./recorded-spans.ts";

const traceparent = (digit: string, flags = "01"): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-${flags}`;
const NETWORK = { "network.transport": "tcp", "network.protocol.name": "http" };

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
    const { at, records } = openObserved();
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
    const { at } = openObserved();
    await callModern(at, "tools/call", call(tool));
    const { trees } = takeSpans();
    expect(trees).toMatchObject([{ name, isError: true, attributes: { "error.type": type } }]);
    expect(trees[0]?.attributes["rpc.response.status_code"]).toBe(code);
    expect(JSON.stringify(trees)).not.toContain(CANARY);
  });

  test("that its client leaves, and one that takes too long, say so", async () => {
    const { at } = openObserved();
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
    const { at } = openObserved(options);
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

test("a task is a span for each attempt, linked to the call, with its steps, its waits and the user's own spans", async () => {
  const { at, queue, clock } = openObserved();
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
    const { at, queue } = openObserved(options);
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
  const { at, records } = openObserved({ telemetry: undefined });
  await callModern(at, "tools/call", call("echo"));
  expect(records[0]).not.toHaveProperty("spanId");
  expect(takeSpans().spans.filter(({ kind }) => kind === 1)).toEqual([]);
});
