import { setImmediate, setTimeout } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import type { HttpResponse, RequestRecord } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, type McpEndpointOptions } from "../../src/index.ts";
import { anyUser } from "../protocol-2026/instances.ts";
import { type Caller, type CallOptions, callerOf, legacyRequest, textOf } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const LIMIT = 100_000;
const limited = (options: McpEndpointOptions = {}): Caller =>
  callerOf(createMcpEndpoint(createV2Server, { logLevel: "silent", audit: "off", maxBodyBytes: LIMIT, ...options }));

/** A body whose chunks are counted as they are read. */
function watched(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  const seen = { opened: false, bytes: 0, left: false };
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        seen.bytes += chunk.length;
        yield chunk;
      }
    } finally {
      seen.left = true;
    }
  }
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]() {
      seen.opened = true;
      return read();
    },
  };
  return { body, seen };
}

const echo = (text: string): Buffer =>
  Buffer.from(JSON.stringify(legacyRequest("tools/call", { name: "echo", arguments: { text } })));
const pieces = function* (bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};
const never = async function* (first: Uint8Array): AsyncGenerator<Uint8Array> {
  yield first;
  await new Promise(() => {});
};

const guarded = { verifier: anyUser };
const counted = (of: "address" | "principal"): McpEndpointOptions => ({
  ...{ store: createMemoryStore(), ...guarded },
  rateLimits: [{ of, limit: 1, windowSeconds: 3600 }],
});

test.each<[string, McpEndpointOptions, CallOptions, number]>([
  ["headers", {}, { headers: { "x-large": "a".repeat(20_000) } }, 431],
  ["host", { allowedHosts: ["mcp.example"] }, { headers: { host: "evil.example" } }, 403],
  ["origin", {}, { headers: { origin: "https://evil.example" } }, 403],
  ["path", {}, { url: "/nowhere" }, 404],
  ["method", {}, { method: "PUT" }, 405],
  ["public document", {}, { url: "/health" }, 404],
  ["token", guarded, {}, 401],
  ["address", counted("address"), { headers: { authorization: "Bearer ada" } }, 429],
  ["caller", counted("principal"), { headers: { authorization: "Bearer ada" } }, 429],
  ["type", {}, { headers: { "content-type": "text/plain" } }, 415],
  ["declared length", {}, { headers: { "content-length": String(LIMIT + 1) } }, 413],
])(
  "a request that its %s refuses is refused before a byte of its body is read",
  async (_what, options, sent, status) => {
    const call = limited(options);
    const invocation = { clientIp: "192.0.2.1" };
    if (status === 429) await call(legacyRequest("ping"), { ...sent, invocation });
    const { body, seen } = watched(never(Buffer.alloc(10)));
    const response = await call(undefined, { ...sent, invocation, body });
    expect([response.status, seen]).toEqual([status, { opened: false, bytes: 0, left: false }]);
  },
);

test("a body is read to its limit, however it is cut, and left there", async () => {
  const call = limited();
  // Ids have up to four digits more.
  const rest = echo("").length + 4;
  for (const size of [1, 7, 65_536, LIMIT]) {
    const whole = echo("x".repeat(LIMIT - rest));
    const fits = await call(undefined, { body: watched(pieces(whole, size)).body });
    expect([fits.status, JSON.parse(await textOf(fits)).result.content[0].text.length]).toEqual([200, LIMIT - rest]);
    const { body, seen } = watched(pieces(Buffer.alloc(10 * LIMIT, "1"), size));
    expect((await call(undefined, { body })).status).toBe(413);
    expect(seen).toEqual({ opened: true, bytes: expect.any(Number), left: true });
    expect(seen.bytes).toBeLessThanOrEqual(LIMIT + size);
  }
});

test("nothing of a body is left for the next one in its buffer", async () => {
  const call = limited();
  for (const [length, character] of [
    [LIMIT - 1_000, "a"],
    [80_000, "b"],
    [LIMIT - 2_000, "c"],
  ] as const) {
    const response = await call(undefined, { body: watched(pieces(echo(character.repeat(length)), 7_000)).body });
    expect(JSON.parse(await textOf(response)).result.content[0].text).toBe(character.repeat(length));
  }
});

test("a body that does not come in time is answered with 408, one that breaks off with 400", async () => {
  const records: RequestRecord[] = [];
  const call = limited({ requestSeconds: 0.05, logLevel: "info", log: (record) => records.push(record) });
  expect((await call(undefined, { body: never(Buffer.from("{")) })).status).toBe(408);
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("{");
    throw new Error("aborted");
  };
  expect((await call(undefined, { body: broken() })).status).toBe(400);
  expect(records).toMatchObject([{ status: 408 }, { status: 400 }]);
  expect(records.some(({ error }) => error !== undefined)).toBe(false);
});

test("the log has the size of a body that came in as a stream", async () => {
  const records: RequestRecord[] = [];
  const body = echo("hello");
  await limited({ logLevel: "info", log: (record) => records.push(record) })(undefined, { body: watched([body]).body });
  expect(records).toMatchObject([{ requestBytes: body.length }]);
});

test("a process holds three bodies of the largest size; small ones come through beside them", async () => {
  const call = limited();
  const { promise: go, resolve } = Promise.withResolvers<void>();
  const whole = echo("x".repeat(LIMIT - echo("").length - 4));
  const slow = async function* (): AsyncGenerator<Uint8Array> {
    yield whole.subarray(0, -1);
    await go;
    yield whole.subarray(-1);
  };
  const send = (body: AsyncIterable<Uint8Array>) => call(undefined, { body });
  const held = Array.from({ length: 3 }, () => send(slow()));
  const waiting = Array.from({ length: 8 }, () => send(watched([whole]).body));
  let answered = 0;
  for (const one of waiting) void one.then(() => answered++);
  expect((await send(watched([echo("small")]).body)).status).toBe(200);
  // Long enough for each of them to be served, if there were room.
  for (let turn = 0; turn < 200; turn++) await setImmediate();
  expect(answered).toBe(0);
  resolve();
  expect((await Promise.all([...held, ...waiting])).map(({ status }) => status)).toEqual(Array(11).fill(200));
});

test("a body that waits too long for others is told to come again", async () => {
  const call = limited({ requestSeconds: 0.05 });
  // Longer than a stall of the machine: a body that is silent for a tenth of it makes room.
  const patient = limited({ requestSeconds: 300 });
  const whole = echo("x".repeat(LIMIT - echo("").length - 4));
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const unfinished = async function* (): AsyncGenerator<Uint8Array> {
    yield whole;
    await released;
  };
  const held = Array.from({ length: 3 }, () => patient(undefined, { body: unfinished() }));
  const late = await call(undefined, { body: watched([whole]).body });
  expect([late.status, late.headers["retry-after"]]).toEqual([503, "1"]);
  release();
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(3).fill(200));
  expect((await call(undefined, { body: watched([whole]).body })).status).toBe(200);
});

test.each([
  ["trickle", 2],
  ["fall silent", 1_000_000],
])("of bodies that %s, one makes room for another that waits", async (_how, pauseMs) => {
  const call = limited({ requestSeconds: 2 });
  const left = new AbortController();
  async function* slow(onHeld: () => void): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(40_000);
    yield Buffer.alloc(1);
    onHeld();
    for (;;) {
      await setTimeout(pauseMs, undefined, { signal: left.signal });
      yield Buffer.alloc(1);
    }
  }
  const held: Promise<HttpResponse>[] = [];
  while (held.length < 3) {
    await new Promise<void>((resolve) => held.push(call(undefined, { body: slow(resolve) })));
  }
  const whole = echo("x".repeat(LIMIT - echo("").length - 4));
  expect((await call(undefined, { body: watched([whole]).body })).status).toBe(200);
  left.abort();
  const texts = await Promise.all(held.map(async (one) => textOf(await one)));
  expect(texts.filter((text) => text.includes("too slowly while others waited"))).toHaveLength(1);
});

test("a body of undeclared length keeps no more room than it needs while it is served", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  function createServer(): McpServer {
    const server = new McpServer({ name: "waiting", version: "1" });
    server.registerTool("wait", {}, async () => {
      await released;
      return { content: [] };
    });
    server.registerTool("go", {}, async () => {
      release();
      return { content: [] };
    });
    return server;
  }
  const call = callerOf(createMcpEndpoint(createServer, { logLevel: "silent", audit: "off", maxBodyBytes: LIMIT }));
  const send = async (name: string, length: number): Promise<number> => {
    const message = legacyRequest("tools/call", { name, arguments: {}, padding: "x".repeat(length) });
    return (await call(undefined, { body: watched(pieces(Buffer.from(JSON.stringify(message)), 16_384)).body })).status;
  };
  const waiting = Array.from({ length: 3 }, () => send("wait", 40_000));
  // Only this one ends them.
  expect(await send("go", 90_000)).toBe(200);
  expect(await Promise.all(waiting)).toEqual([200, 200, 200]);
});

test("a body that is not there at the platform's deadline is not waited for", async () => {
  const time = new AbortController();
  const answer = limited()(undefined, { body: never(Buffer.from("{")), invocation: { deadline: time.signal } });
  time.abort();
  expect((await answer).status).toBe(408);
});
