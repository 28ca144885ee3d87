import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import type { HttpResponse } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore, type McpEndpointOptions } from "../../src/index.ts";
import { createInFlightLimit } from "../../src/limits/in-flight.ts";
import type { StateKey } from "../../src/store/store.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { readStream } from "../protocol-2025/stream-reader.ts";
import { anyUser, withOptions } from "../protocol-2026/instances.ts";
import { type CallOptions, callerOf, modernCall, textOf } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

/** An endpoint whose tool `wait` answers once the test calls `release`. */
function startWaiting(options: McpEndpointOptions) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  function createServer(): McpServer {
    const server = new McpServer({ name: "waiting", version: "1.0.0" });
    server.registerTool("wait", {}, async () => {
      await released;
      return { content: [] };
    });
    return server;
  }
  const call = callerOf(createMcpEndpoint(createServer, { logLevel: "silent", audit: "off", ...options }));
  const wait = (more: CallOptions): Promise<HttpResponse> =>
    call(...withOptions(modernCall("tools/call", { name: "wait", arguments: {} }), more));
  return { release, wait };
}

const from = (clientIp: string, more = {}): CallOptions => ({ invocation: { clientIp, ...more } });
const by = (user: string): CallOptions => ({ headers: { authorization: `Bearer ${user}` } });

test.each([
  ["an address, where nobody is identified", {}, from("203.0.113.7"), from("203.0.113.8"), from("203.0.113.9")],
  ["a caller", { verifier: anyUser }, by("ada"), by("bob"), by("eve")],
])(
  "%s has four fifths of the calls in flight, and all together have no more than the limit",
  async (_who, options, one, other, third) => {
    const { release, wait } = startWaiting({ ...options, maxInFlight: 5 });
    const calls = Array.from({ length: 4 }, () => wait(one));
    const refused = await wait(one);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "1"]);
    expect(await textOf(refused)).toContain("4 are the most of one caller");
    calls.push(wait(other));
    const full = await wait(third);
    expect([full.status, full.headers["retry-after"]]).toEqual([503, "1"]);
    release();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await wait(one)).status).toBe(200);
  },
);

test("an instance that gets one request at a time has no limit of its own", async () => {
  const { release, wait } = startWaiting({ maxInFlight: 1 });
  const calls = [1, 2, 3].map(() => wait(from("203.0.113.7", { exclusive: true })));
  release();
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

test("an open stream is in flight until it ends", async () => {
  const { open } = startInstances(createV2Server, { maxInFlight: 2 });
  const session = await open();
  const stream = await session.listen(1);
  await stream.next();
  // One more fits at the instance that has the stream, and none of the same address.
  expect((await session.get(1)).status).toBe(429);
  await stream.leave();
  expect((await session.get(1)).status).toBe(200);
});

const context = {
  request: { method: "POST", url: "/mcp", headers: {} },
  invocation: { requestId: "r", canStream: true },
  logFields: {},
  caller: { principal: "ada", issuer: "i", scopes: [], claims: {} },
  principal: "ada",
} as const;

/** Whether a limit of one lets a request in. */
function isFree(limit: ReturnType<typeof createInFlightLimit>): boolean {
  return !("refused" in limit.enter({ ...context, principal: "somebody else" }));
}

test.each(["settles", "fails"])("work that goes on behind a response is in flight until it %s", async (how) => {
  const limit = createInFlightLimit({ maxInFlight: 1, maxBodyBytes: 1000 });
  const entered = limit.enter(context);
  if ("refused" in entered) throw new Error("refused");
  const work = Promise.withResolvers<void>();
  await entered.serve(async ({ invocation }) => {
    invocation.waitUntil?.(work.promise);
    return { status: 202, headers: {} };
  });
  expect(isFree(limit)).toBe(false);
  if (how === "settles") work.resolve();
  else work.reject(new Error("no"));
  await new Promise(setImmediate);
  expect(isFree(limit)).toBe(true);
});

test.each(["before it was there", "before it was read", "and it is closed unread"])(
  "a stream whose client left, %s, is in flight no longer",
  async (when) => {
    const limit = createInFlightLimit({ maxInFlight: 1, maxBodyBytes: 1000 });
    const left = new AbortController();
    const { signal } = left;
    const entered = limit.enter({ ...context, invocation: { ...context.invocation, signal } });
    if ("refused" in entered) throw new Error("refused");
    if (when === "before it was there") left.abort();
    const { body } = await entered.serve(async () => ({ status: 200, headers: {}, body: (async function* () {})() }));
    if (!signal.aborted) expect(isFree(limit)).toBe(false);
    if (when === "and it is closed unread") await (body as AsyncIterableIterator<string>).return?.();
    else left.abort();
    expect(isFree(limit)).toBe(true);
  },
);

test("clients that leave while the stream that they resume is looked for do not use up what their address has", async () => {
  const memory = createMemoryStore();
  let get = memory.get;
  const store = { ...memory, get: (key: StateKey) => get(key) };
  const { open } = startInstances(createV2Server, { store, maxInFlight: 2 });
  const session = await open();
  const stream = readStream(await session.call(0, "progress"));
  const { id } = await stream.message();
  await stream.leave();
  for (let client = 0; client < 3; client++) {
    const left = new AbortController();
    get = async (key) => {
      left.abort();
      return memory.get(key);
    };
    const { body } = await session.get(0, id, { signal: left.signal });
    await (body as AsyncIterableIterator<string>).return?.();
  }
  get = memory.get;
  expect((await session.call(0, "echo", { text: "still served" })).status).toBe(200);
});

test("what large requests keep while they are in flight has a limit, of one caller and in all; small ones pass", async () => {
  const maxBodyBytes = 100_000;
  const { release, wait } = startWaiting({ maxBodyBytes, heartbeatSeconds: 0.001 });
  const [message] = modernCall("tools/call", { name: "wait", arguments: {}, padding: "x".repeat(90_000) });
  const bytes = Buffer.from(JSON.stringify(message));
  const sendLarge = async (clientIp: string): Promise<number> => {
    const body = (async function* () {
      yield bytes;
    })();
    return (await wait({ ...from(clientIp), body })).status;
  };
  const statuses: number[] = [];
  for (let n = 0; n < 17; n++) statuses.push(await sendLarge("203.0.113.7"));
  // Four fifths of sixteen of the largest, and the last one that is begun.
  expect(statuses).toEqual([...Array(15).fill(200), 429, 429]);
  const small = { ...from("203.0.113.7"), headers: { "content-length": "300" } };
  expect((await wait(small)).status).toBe(200);
  for (let n = 0; n < 3; n++) expect(await sendLarge("203.0.113.8")).toBe(200);
  expect(await sendLarge("203.0.113.8")).toBe(503);
  release();
});

test("a handler that throws is in flight no longer", async () => {
  const limit = createInFlightLimit({ maxInFlight: 1, maxBodyBytes: 1000 });
  const entered = limit.enter(context);
  if ("refused" in entered) throw new Error("refused");
  await expect(entered.serve(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(isFree(limit)).toBe(true);
});
