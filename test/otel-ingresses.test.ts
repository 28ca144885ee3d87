import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildTarget } from "../cli/build/build-target.ts";
import { CLOUDS } from "../cli/clouds.ts";
import type { Emulator } from "../emulators/emulator.ts";
import { type LocalTable, startLocalTable } from "../emulators/local-table.ts";
import { startIngress } from "./support/ingresses.ts";
import { legacyRequest, modernCall } from "./support/messages.ts";
import { taskRequest } from "./tasks/tasks-client.ts";
import { CONVENTIONS, METRIC_CONVENTIONS, OTHERS } from "./telemetry/conventions.ts";
import { CANARY } from "./telemetry/observed-server.ts";
import { type OtlpReceiver, startReceiver } from "./telemetry/otlp-receiver.ts";
import { treesOf } from "./telemetry/otlp-trees.ts";

const ENTRY = fileURLToPath(new URL("fixtures/otel-server.ts", import.meta.url));
const PLAIN = fileURLToPath(new URL("fixtures/marking-server.ts", import.meta.url));

const into = ({ address }: OtlpReceiver): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: address,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  MCP_ANYCLOUD_AUDIT: "off",
});

const call = (name: string, more: object = {}): { name: string; arguments: object } => ({
  name,
  arguments: { secret: CANARY },
  ...more,
});

type Headers = Readonly<Record<string, string>>;

/** The text of an answer. `onChunk` gets each part of a stream as it comes. */
async function post(url: string, message: unknown, headers: Headers = {}, onChunk?: (chunk: string) => unknown) {
  const accept = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const body = JSON.stringify(message);
  const response = await fetch(`${url}/mcp`, { method: "POST", headers: { ...accept, ...headers }, body });
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    await onChunk?.(text);
  }
  return { text, headers: response.headers };
}

/** A trace of its own for each call, by which its spans are found. */
const traceOf = (n: number): string => (0xa0 + n).toString(16).padStart(32, "0");
const traceparent = (n: number): string => `00-${traceOf(n)}-${"b".repeat(16)}-01`;

describe.each(CLOUDS)("an artefact for %s, two instances in turn", (cloud) => {
  let table: LocalTable;
  let receiver: OtlpReceiver;
  let emulator: Emulator;
  beforeAll(async () => {
    table = await startLocalTable();
    receiver = await startReceiver();
    const environment = { ...table.environment, ...into(receiver) };
    emulator = await startIngress(cloud, { entry: ENTRY, instances: 2, environment });
  });
  afterAll(async () => {
    await emulator?.close();
    await receiver?.[Symbol.asyncDispose]();
    await table?.close();
  });

  let lastTrace = 0;
  const calls: Array<{ readonly trace: string; readonly tree: object }> = [];
  /** Sends a call of 2026-07-28 whose `_meta` names a trace, of which this tree is expected. */
  async function modern(
    method: string,
    params: { name?: string; [key: string]: unknown },
    tree: object,
    more: Headers = {},
  ) {
    const n = ++lastTrace;
    const [message, { headers }] = modernCall(method, { ...params, _meta: { traceparent: traceparent(n) } });
    await post(emulator.url, message, { ...headers, ...more });
    calls.push({ trace: traceOf(n), tree });
  }

  test("answers one of everything", async () => {
    const own = [{ name: "own", kind: "INTERNAL" }];
    const tool = { attributes: { "gen_ai.operation.name": "execute_tool", "mcp.protocol.version": "2026-07-28" } };
    await modern("tools/call", call("echo"), { ...tool, name: "tools/call echo", children: own });
    await modern("prompts/get", { name: "hello" }, { name: "prompts/get hello" });
    const uri = `file:///a?${CANARY}`;
    await modern("resources/read", { uri }, { name: "resources/read" }, { "mcp-name": uri });
    await modern("tools/list", {}, { name: "tools/list" });
    await modern("server/discover", {}, { name: "server/discover" });
    await modern("tools/call", call("notify"), { name: "tools/call notify" });
    const failed = { isError: true, attributes: { "error.type": "tool_error" } };
    await modern("tools/call", call("fail"), { name: "tools/call fail", ...failed });
    await modern("tools/call", call("throw"), { name: "tools/call throw", ...failed });
    const unknown = { isError: true, attributes: { "error.type": "-32602", "rpc.response.status_code": "-32602" } };
    await modern("tools/call", call(CANARY), { name: "tools/call _OTHER", ...unknown });
    expect(calls).toHaveLength(9);
  });

  test("goes on with the trace of the HTTP request where the message names none, or garbage", async () => {
    for (const meta of [{}, { traceparent: `00-${"x".repeat(600)}`, tracestate: "x".repeat(9_000), baggage: "=,%" }]) {
      const n = ++lastTrace;
      const [message, { headers }] = modernCall("tools/call", { ...call("notify"), _meta: meta });
      await post(emulator.url, message, { ...headers, traceparent: traceparent(n) });
      calls.push({ trace: traceOf(n), tree: { name: "tools/call notify" } });
    }
    // Where both are sent, the message's span is the parent, and the header's is a link.
    const links = [traceOf(99)];
    await modern("tools/call", call("notify"), { name: "tools/call notify", links }, { traceparent: traceparent(99) });
    const [message, { headers }] = modernCall("tools/call", call("notify"));
    const { text } = await post(emulator.url, message, { ...headers, traceparent: "garbage" });
    expect(text).toContain('"result"');
  });

  test("serves a session, whose tool asks and is cancelled", async () => {
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: { elicitation: {} },
      clientInfo: { name: "old", version: "1" },
    };
    const opened = await post(emulator.url, legacyRequest("initialize", params));
    const session = {
      "mcp-session-id": opened.headers.get("mcp-session-id") ?? "",
      "mcp-protocol-version": "2025-11-25",
    };
    await post(emulator.url, { jsonrpc: "2.0", method: "notifications/initialized" }, session);
    const ask = async (
      name: string,
      tree: object,
      onText?: (text: string, id: number) => Promise<unknown> | undefined,
    ) => {
      const n = ++lastTrace;
      const request = legacyRequest("tools/call", {
        ...call(name),
        _meta: { traceparent: traceparent(n), progressToken: 1 },
      });
      await post(emulator.url, request, session, (text) => onText?.(text, request.id));
      calls.push({ trace: traceOf(n), tree });
    };
    await ask("echo", { name: "tools/call echo", children: [{ name: "own" }] });
    const asked = {
      name: "elicitation/create",
      kind: "CLIENT",
      attributes: { "mcp.method.name": "elicitation/create" },
    };
    let isAnswered = false;
    await ask("ask", { name: "tools/call ask", children: [asked] }, (text) => {
      const data = /^data: (\{.*"elicitation\/create".*\})$/m.exec(text)?.[1];
      if (isAnswered || data === undefined) return undefined;
      isAnswered = true;
      return post(emulator.url, { jsonrpc: "2.0", id: JSON.parse(data).id, result: { action: "decline" } }, session);
    });
    expect(isAnswered).toBe(true);
    // An instance knows the names that it has listed or answered.
    const name = expect.stringMatching(/^tools\/call (hang|_OTHER)$/);
    const isLeft = { name, isError: true, attributes: { "error.type": "cancelled" } };
    let isCancelled = false;
    await ask("hang", isLeft, (text, requestId) => {
      if (isCancelled || !text.includes("notifications/progress")) return undefined;
      isCancelled = true;
      return post(emulator.url, { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } }, session);
    });
    expect(isCancelled).toBe(true);
  });

  test("works on a task", async () => {
    const n = ++lastTrace;
    const [message, { headers = {} }] = taskRequest("tools/call", { name: "work", arguments: { pauseSeconds: 1 } });
    const { params } = message as { params: { _meta: object } };
    const traced = {
      ...(message as object),
      params: { ...params, _meta: { ...params._meta, traceparent: traceparent(n) } },
    };
    const { taskId } = JSON.parse((await post(emulator.url, traced, headers)).text).result;
    calls.push({ trace: traceOf(n), tree: { name: "tools/call work" } });
    await expect
      .poll(
        async () => {
          const [get, options] = taskRequest("tasks/get", { taskId });
          return (await post(emulator.url, get, options.headers)).text;
        },
        { timeout: 30_000 },
      )
      .toContain('"completed"');
    // The task is told to be completed before the invocation that worked on it ends.
    if (cloud === "aws") await expect.poll(() => receiver.spans.filter(({ kind }) => kind === 5)).toHaveLength(2);
  });

  test("has sent the whole tree of each when its platform has ended it", async () => {
    await emulator.close();
    const of = (trace: string): object[] => treesOf(receiver.spans.filter(({ traceId }) => traceId === trace));
    expect(calls.map(({ trace }) => of(trace))).toMatchObject(calls.map(({ tree }) => [{ kind: "SERVER", ...tree }]));
    const started = calls.at(-1)?.trace;
    const attempts = treesOf(receiver.spans).filter(({ kind }) => kind === "CONSUMER");
    expect(attempts).toMatchObject([
      {
        name: "execute_tool work",
        links: [started],
        attributes: { "mcp_anycloud.task.status": "working" },
        children: [{ name: "task.step", children: [{ name: "in a step" }] }],
      },
      {
        links: [started],
        attributes: { "mcp_anycloud.task.status": "completed" },
        children: [{ name: "task.wait" }, { name: "task.step" }],
      },
    ]);
  });

  test("has sent the duration of each, names of the conventions, and no word of a caller", () => {
    const { spans, points, requests } = receiver;
    const served = spans.filter(({ kind }) => kind === 2).length;
    const durations = points.filter(({ metric }) => metric === "mcp.server.operation.duration");
    expect(durations.reduce((sum, { count }) => sum + count, 0)).toBe(served);
    expect(points.filter(({ metric }) => metric === "mcp.client.operation.duration").map(({ count }) => count)).toEqual(
      [1],
    );
    const names = spans.flatMap(({ attributes }) => attributes.map(({ key }) => key));
    expect(names.filter((name) => !CONVENTIONS.has(name) && !OTHERS.has(name))).toEqual([]);
    const labels = points.flatMap(({ attributes }) => Object.keys(attributes));
    expect(labels.filter((name) => !METRIC_CONVENTIONS.has(name))).toEqual([]);
    expect(requests.map(({ body }) => body).join("")).not.toContain(CANARY);
  });
});

test("each first answer of a Lambda has sent its spans and its duration before the platform takes its process away", async () => {
  const table = await startLocalTable();
  await using receiver = await startReceiver();
  // Every invocation has a process of its own, which ends by SIGKILL as soon as the invocation does.
  const { url, close } = await startIngress("aws", {
    entry: ENTRY,
    amnesia: true,
    environment: { ...table.environment, ...into(receiver) },
  });
  try {
    for (let n = 1; n <= 3; n++) {
      const [message, { headers }] = modernCall("tools/call", call("echo"));
      await post(url, message, headers);
    }
    // The answer comes before the invocation ends.
    await expect.poll(() => [receiver.spans.length, receiver.points.length]).toEqual([6, 3]);
  } finally {
    await close();
    await table.close();
  }
  const names = receiver.spans.map(({ name }) => name);
  expect(names.sort()).toEqual([...Array(3).fill("own"), ...Array(3).fill("tools/call echo")]);
  expect(receiver.points.map(({ count }) => count)).toEqual([1, 1, 1]);
});

test("a server without telemetry has nothing of it in its bundle", async () => {
  const outDir = mkdtempSync(join(tmpdir(), "no-telemetry-"));
  try {
    const { files } = await buildTarget({ platform: "gcp", entry: PLAIN, outDir });
    // Redis's client brings a copy of the API, which is loaded where state is in Redis.
    const inputs = files.filter(({ name }) => name !== "redis.cjs").flatMap((file) => file.inputs);
    expect(inputs.filter((input) => /opentelemetry|src\/telemetry\/|adapters\/otel/.test(input))).toEqual([]);
    expect(files.map(({ name }) => name)).not.toContain("otel-sdk.cjs");
    expect(readFileSync(join(outDir, "index.mjs"), "utf8")).not.toContain("opentelemetry");
  } finally {
    rmSync(outDir, { recursive: true });
  }
});
