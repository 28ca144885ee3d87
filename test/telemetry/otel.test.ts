import { context, metrics, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterEach, expect, test, vi } from "vitest";
import { readOtelVariables } from "../../adapters/otel/otel-variables.ts";
import { createMemoryStore } from "../../src/index.ts";
import { type Caller, callerOf, modernCall, textOf } from "../support/messages.ts";
import { BUCKETS } from "./conventions.ts";
import { type OtlpReceiver, startReceiver } from "./otlp-receiver.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  trace.disable();
  metrics.disable();
  context.disable();
});

/** An endpoint as a new process has it. */
async function startProcess(environment: Readonly<Record<string, string>>): Promise<Caller> {
  vi.resetModules();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const { createMcpEndpoint } = await import("../../src/endpoint.ts");
  const { otel } = await import("../../adapters/otel/otel.ts");
  const { server } = await import("./observed-server.ts");
  return callerOf(createMcpEndpoint(server, { store: createMemoryStore(), logLevel: "silent", telemetry: otel() }));
}

/** A call on a platform that freezes the process when the invocation has ended; the milliseconds that it stays open. */
async function callOnce(at: Caller, exclusive = true): Promise<number> {
  const work: Array<Promise<unknown>> = [];
  const waitUntil = (one: Promise<unknown>): void => void work.push(one);
  const [message, options] = modernCall("tools/call", { name: "echo", arguments: {} });
  expect(await textOf(await at(message, { ...options, invocation: { exclusive, waitUntil } }))).toContain('"result"');
  const before = performance.now();
  await Promise.all(work);
  return performance.now() - before;
}

const into = ({ address }: OtlpReceiver): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `${address}/`,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=a%20b",
  OTEL_SERVICE_NAME: "notes",
});

test("no span is lost of the first answer, nor of later ones, when the platform freezes the process after each", async () => {
  await using receiver = await startReceiver();
  const at = await startProcess(into(receiver));
  for (const count of [1, 2, 3]) {
    await callOnce(at);
    const calls = receiver.spans.filter(({ name }) => name === "tools/call echo");
    const own = receiver.spans.filter(({ name }) => name === "own");
    expect(calls).toHaveLength(count);
    // The user's own span is a child, also in the first request, when the SDK was not loaded.
    expect(own.map(({ parentSpanId }) => parentSpanId)).toEqual(calls.map(({ spanId }) => spanId));
    expect(own.map(({ traceId }) => traceId)).toEqual(calls.map(({ traceId }) => traceId));
  }
  for (const { headers, body } of receiver.requests) {
    expect([headers["x-api-key"], headers["content-type"]]).toEqual(["a b", "application/json"]);
    expect(body).toContain('{"key":"service.name","value":{"stringValue":"notes"}}');
  }
  expect(new Set(receiver.requests.map(({ url }) => url))).toEqual(new Set(["/v1/traces", "/v1/metrics"]));
});

const CALL = {
  "mcp.method.name": "tools/call",
  "mcp.protocol.version": "2026-07-28",
  "gen_ai.operation.name": "execute_tool",
  "gen_ai.tool.name": "echo",
  "network.transport": "tcp",
  "network.protocol.name": "http",
};

test("the durations of all answers are sent, each once, when the platform freezes the process after each", async () => {
  await using receiver = await startReceiver();
  const at = await startProcess(into(receiver));
  for (let n = 0; n < 3; n++) await callOnce(at);
  const { points } = receiver;
  const name = "mcp.server.operation.duration";
  expect(points.map(({ metric, unit, temporality }) => [metric, unit, temporality])).toEqual(
    Array(3).fill([name, "s", 1]),
  );
  expect(points.map(({ count, attributes }) => [count, attributes])).toEqual(Array(3).fill([1, CALL]));
  expect(points[0]?.explicitBounds).toEqual(BUCKETS);
  expect(points[0]?.sum).toBeGreaterThan(0);
  expect(points[0]?.resource).toEqual({ "service.name": "notes" });
});

test("totals of an instance are told apart from those of others, where totals are wanted", async () => {
  await using receiver = await startReceiver();
  const at = await startProcess({ ...into(receiver), OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "cumulative" });
  for (let n = 0; n < 3; n++) await callOnce(at);
  expect(receiver.points.map(({ count, temporality }) => [count, temporality])).toEqual([
    [1, 2],
    [2, 2],
    [3, 2],
  ]);
  const ids = new Set(receiver.points.map(({ resource }) => resource["service.instance.id"]));
  expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
});

test("an instance with many requests sends metrics once a minute, and the rest when it is told to end", async () => {
  await using receiver = await startReceiver();
  const at = await startProcess(into(receiver));
  const end = new AbortController();
  const work: Array<Promise<unknown>> = [];
  const invocation = { stopping: end.signal, waitUntil: (one: Promise<unknown>) => void work.push(one) };
  for (let n = 0; n < 3; n++) {
    const [message, options] = modernCall("tools/call", { name: "echo", arguments: {} });
    await textOf(await at(message, { ...options, invocation }));
  }
  await expect.poll(() => receiver.spans.length).toBeGreaterThan(0);
  expect(receiver.points).toEqual([]);
  end.abort();
  await Promise.all(work);
  expect(receiver.points.map(({ count }) => count)).toEqual([3]);
  expect(receiver.spans.filter(({ name }) => name === "tools/call echo")).toHaveLength(3);
});

test("measurements of the user's own that come before the SDK are kept", async () => {
  await using receiver = await startReceiver();
  const at = await startProcess(into(receiver));
  const meter = metrics.getMeter("user");
  const counter = meter.createCounter("notes.added");
  counter.add(2, { kind: "a" });
  const size = meter.createObservableGauge("notes.size");
  const batched = meter.createObservableCounter("notes.read");
  size.addCallback((result) => result.observe(7));
  meter.addBatchObservableCallback((result) => result.observe(batched, 5), [batched]);
  await callOnce(at);
  counter.add(1, { kind: "a" });
  await callOnce(at);
  const of = (name: string): number[] =>
    receiver.points.filter(({ metric }) => metric === name).map(({ count }) => count);
  expect(of("notes.added")).toEqual([2, 1]);
  expect(of("notes.size")).toEqual([7, 7]);
  expect(of("notes.read")).toEqual([5, 0]);
});

test("the end of an instance waits for the spans of requests that share it", async () => {
  await using receiver = await startReceiver();
  const at = await startProcess(into(receiver));
  await Promise.all([callOnce(at, false), callOnce(at, false), callOnce(at, false)]);
  expect(receiver.spans.filter(({ name }) => name === "tools/call echo")).toHaveLength(3);
});

test.each([
  [
    "refuses",
    403,
    (response: { writeHead: (status: number) => { end: (text: string) => void } }) => response.writeHead(403).end("no"),
  ],
  [
    "answers garbage",
    200,
    (response: { writeHead: (status: number) => { end: (text: string) => void } }) =>
      response.writeHead(200).end("\u0000{"),
  ],
  ["hangs", 0, () => {}],
] as const)("a receiver that %s costs its spans alone", async (_what, status, answer) => {
  const told = vi.spyOn(console, "error").mockImplementation(() => {});
  await using receiver = await startReceiver((_request, response) => answer(response as never));
  const at = await startProcess({ ...into(receiver), OTEL_EXPORTER_OTLP_TIMEOUT: "200" });
  await callOnce(at);
  const waited = [await callOnce(at), await callOnce(at), await callOnce(at)];
  const lines = told.mock.calls.map(([line]) => String(line));
  if (status === 200) {
    expect(lines).toEqual([]);
    return;
  }
  expect(lines).toEqual([expect.stringMatching(/^mcp-anycloud\/otel: Spans could not be sent to 127\.0\.0\.1:\d+: /)]);
  // Nobody waits for a receiver that did not take the spans before.
  expect(receiver.requests.map(({ url }) => url).sort()).toEqual(["/v1/metrics", "/v1/traces"]);
  expect(Math.max(...waited)).toBeLessThan(150);
});

test("a receiver that nobody reaches is told once", async () => {
  const told = vi.spyOn(console, "error").mockImplementation(() => {});
  const receiver = await startReceiver();
  await receiver[Symbol.asyncDispose]();
  const at = await startProcess(into(receiver));
  await callOnce(at);
  await callOnce(at);
  expect(told).toHaveBeenCalledOnce();
});

test("an SDK that is registered already is used instead", async () => {
  await using receiver = await startReceiver();
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  const at = await startProcess(into(receiver));
  await callOnce(at);
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toContain("tools/call echo");
  expect(receiver.requests).toEqual([]);
});

test.each([
  [{}, "No spans or metrics are sent: set OTEL_EXPORTER_OTLP_ENDPOINT"],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "otlp.example:4318" },
    "No spans or metrics are sent: OTEL_EXPORTER_OTLP_ENDPOINT must be",
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "https://user:secret@otlp.example" },
    "No spans or metrics are sent: OTEL_EXPORTER_OTLP_ENDPOINT must be",
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_EXPORTER_OTLP_HEADERS: "secret" },
    "OTEL_EXPORTER_OTLP_HEADERS must be",
  ],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_TRACES_SAMPLER: "sometimes" }, "OTEL_TRACES_SAMPLER must be"],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "half" },
    "OTEL_TRACES_SAMPLER_ARG must be",
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_EXPORTER_OTLP_TIMEOUT: "soon" },
    "OTEL_EXPORTER_OTLP_TIMEOUT must be",
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "secret" },
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE must be",
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "b.example" },
    "No metrics are sent: OTEL_EXPORTER_OTLP_METRICS_ENDPOINT must be",
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    "OTEL_EXPORTER_OTLP_PROTOCOL must be",
  ],
])("a variable that cannot be used is told in one line, without its value: %j", (environment, sentence) => {
  const problems: string[] = [];
  readOtelVariables(environment, (problem) => problems.push(problem));
  expect(problems).toEqual([expect.stringContaining(sentence)]);
  expect(problems[0]).not.toContain("secret");
  expect(problems[0]).not.toContain("\n");
});

test("the variables are read as OpenTelemetry's specification has them", () => {
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://otlp.example/base/",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc, x-b=1=2",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=prod,service.name=ignored",
    OTEL_SERVICE_NAME: "notes",
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.25",
  };
  const variables = readOtelVariables(environment, (problem) => expect.fail(problem));
  expect(variables.traces?.url.href).toBe("https://otlp.example/base/v1/traces");
  expect(variables.traces?.headers).toEqual({ authorization: "Bearer abc", "x-b": "1=2" });
  expect(variables.sampler).toEqual({ kind: "traceidratio", isParentBased: true, ratio: 0.25 });
  expect(variables.resource).toEqual({ "deployment.environment.name": "prod", "service.name": "notes" });
  const own = { ...environment, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://other.example/x" };
  expect(readOtelVariables(own, () => {}).traces?.url.href).toBe("https://other.example/x");
  expect(variables.metrics?.url.href).toBe("https://otlp.example/base/v1/metrics");
  const { traces, metrics } = readOtelVariables({ ...environment, OTEL_SDK_DISABLED: "true" }, () => {});
  expect([traces, metrics]).toEqual([undefined, undefined]);
});
