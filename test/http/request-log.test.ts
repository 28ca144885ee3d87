import { McpServer } from "@modelcontextprotocol/server";
import { expect, test, vi } from "vitest";
import type { RequestRecord } from "../../src/adapter.ts";
import { callerOf, legacyRequest, modernCall } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const HEALTH = { method: "GET", url: "/health", headers: {} } as const;
const INVOCATION = { requestId: "test", canStream: true } as const;

test("the first request that a process serves is marked as its cold start, whichever endpoint it comes to", async () => {
  const records: RequestRecord[] = [];
  const log = (record: RequestRecord): void => void records.push(record);
  // Modules that are loaded again have no state, as in a new process.
  const startProcess = async () => {
    vi.resetModules();
    const { createMcpEndpoint } = await import("../../src/endpoint.ts");
    return [createMcpEndpoint(createV2Server, { log }), createMcpEndpoint(createV2Server, { log })] as const;
  };
  for (const [first, second] of [await startProcess(), await startProcess()]) {
    await Promise.all([first(HEALTH, INVOCATION), first(HEALTH, INVOCATION)]);
    await second(HEALTH, INVOCATION);
    expect(records.map(({ coldStart }) => coldStart)).toEqual([true, undefined, undefined]);
    for (const record of records.splice(0).slice(1)) expect(record).not.toHaveProperty("coldStart");
  }
});

/** Its one tool streams, and does not end by itself. */
function createStreaming(): McpServer {
  const server = new McpServer({ name: "streaming", version: "1" });
  server.registerTool("stream", {}, async (ctx) => {
    await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 1, progress: 1 } });
    return new Promise(() => {});
  });
  return server;
}

test.each([
  ["silent", []],
  ["error", [500]],
  ["info", [200, 500, 200]],
] as const)(
  "at the level %s, the log tells these of a success, a failure and a stream that is left: %j",
  async (logLevel, told) => {
    const { createMcpEndpoint } = await import("../../src/endpoint.ts");
    const records: RequestRecord[] = [];
    const options = { logLevel, log: (record: RequestRecord) => void records.push(record) };
    const at = callerOf(createMcpEndpoint(() => createStreaming(), options));
    await at(...modernCall("tools/list"));
    await callerOf(createMcpEndpoint(() => 1 as never, options))(...modernCall("tools/list"));
    const { body } = await at(...modernCall("tools/call", { name: "stream" }));
    for await (const _chunk of body as AsyncIterable<string>) break;
    expect(records.map(({ status }) => status)).toEqual(told);
  },
);

test.each([
  ["silent", []],
  ["error", [[200, "error", true]]],
  ["info", [[200, "error", true]]],
] as const)(
  "at the level %s, the log tells this of a failure behind the head of a stream: %j",
  async (logLevel, told) => {
    const { createMcpEndpoint } = await import("../../src/endpoint.ts");
    const records: RequestRecord[] = [];
    let fail = (): void => {};
    const factory = (): Promise<never> =>
      new Promise((_resolve, reject) => {
        fail = () => reject(new Error("no server today"));
      });
    const options = { logLevel, heartbeatSeconds: 0.01, log: (record: RequestRecord) => void records.push(record) };
    const { body } = await callerOf(createMcpEndpoint(factory, options))(legacyRequest("tools/list"));
    fail();
    const text = (await Array.fromAsync(body as AsyncIterable<string>)).join("");
    expect(text).toContain('"error"');
    expect(records.map(({ status, level, streamed }) => [status, level, streamed])).toEqual(told);
    for (const { error, responseBytes } of records) {
      expect([error, responseBytes]).toEqual([expect.stringContaining("no server today"), Buffer.byteLength(text)]);
    }
  },
);

test.each([
  ["silent", []],
  ["error", [["error", "Error: torn", 4]]],
  ["info", [["error", "Error: torn", 4]]],
] as const)("and at the level %s this of a stream that breaks off: %j", async (level, told) => {
  const { startRequestLog } = await import("../../src/http/request-log.ts");
  const records: RequestRecord[] = [];
  const { finish } = startRequestLog(HEALTH, INVOCATION, { level, sink: (record) => void records.push(record) });
  async function* torn(): AsyncGenerator<string> {
    yield "one\n";
    throw new Error("torn");
  }
  const { body } = finish({ status: 200, headers: {}, body: torn() });
  await expect(Array.fromAsync(body as AsyncIterable<string>)).rejects.toThrow("torn");
  expect(records.map((record) => [record.level, record.error, record.responseBytes])).toEqual(told);
});

test("a stream that is left before it is read has its record", async () => {
  const { createMcpEndpoint } = await import("../../src/endpoint.ts");
  const records: RequestRecord[] = [];
  const at = callerOf(createMcpEndpoint(createStreaming, { log: (record) => void records.push(record) }));
  const { body } = await at(...modernCall("tools/call", { name: "stream" }));
  await (body as AsyncIterableIterator<string>).return?.();
  expect(records).toMatchObject([{ status: 200, streamed: true, responseBytes: 0 }]);
});

test("only tools and prompts are named: what others call a name is in no line, and is not learned", async () => {
  const { createMcpEndpoint } = await import("../../src/endpoint.ts");
  const records: RequestRecord[] = [];
  const at = callerOf(createMcpEndpoint(createV2Server, { log: (record) => void records.push(record) }));
  for (let n = 0; n < 2_001; n++) await at(legacyRequest("ping", { name: `made up ${n}` }));
  expect(records.filter(({ mcpName }) => mcpName !== undefined)).toEqual([]);
  await at(...modernCall("tools/call", { name: "echo", arguments: { text: "a" } }));
  expect(records.at(-1)).toMatchObject({ mcpName: "echo" });
});

test("no text of a caller makes a line long", async () => {
  const { createMcpEndpoint } = await import("../../src/endpoint.ts");
  const records: RequestRecord[] = [];
  const at = callerOf(createMcpEndpoint(createV2Server, { log: (record) => void records.push(record) }));
  const long = "x".repeat(5_000);
  const [message, { headers }] = modernCall(`tools/${long.slice(0, 100)}`, { name: long.slice(0, 200) });
  const meta = { "io.modelcontextprotocol/protocolVersion": `2030-01-01${long}` };
  const client = { "io.modelcontextprotocol/clientInfo": { name: long, version: long } };
  await at(message, { headers: { ...headers }, url: `/mcp${long}` });
  await at(message, { headers: { ...headers } });
  const own = { ...(message as object), params: { _meta: { ...meta, ...client, traceparent: long } } };
  await at(own, { headers: { ...headers, "mcp-protocol-version": `2030-01-01${long}` } });
  for (const record of records) expect(JSON.stringify(record).length).toBeLessThan(1_000);
});
