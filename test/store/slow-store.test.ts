import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createDynamodbStore } from "../../adapters/aws/dynamodb/dynamodb-store.ts";
import { createMcpEndpoint, createMemoryStore } from "../../src/index.ts";
import { freeze, startIdleServer } from "../aws/client/idle-server.ts";
import { callerOf, legacyRequest, modernCall } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { setUpFaultyNetwork } from "./faulty-network.ts";
import { inAnHour } from "./store-under-test.ts";

const network = setUpFaultyNetwork();
/** Milliseconds of the first attempt, of a store that is slower, and of all attempts together. */
const [ATTEMPT_MS, SLOW_MS, ALL_MS] = [150, 500, 20_000];
const hasty = (): ReturnType<typeof network.open> => network.open({ attemptTimeoutMs: ATTEMPT_MS, timeoutMs: ALL_MS });

describe("a store that is slower than an attempt may take", () => {
  test("is given more time with each attempt, and answers", async () => {
    const { proxy, other, item } = network;
    const written = await other.put(item);
    proxy.plan = () => sleep(SLOW_MS, "passes");
    expect(await hasty().get(item)).toEqual(written);
    expect(proxy.seen.length).toBeGreaterThan(1);
  });

  test("counts once, in the one attempt that has all the time", async () => {
    const { proxy, other, item } = network;
    proxy.plan = () => sleep(SLOW_MS, "passes");
    expect(await hasty().add(item, 1, inAnHour())).toBe(1);
    expect(proxy.seen).toEqual(["UpdateItem"]);
    expect(await other.get(item)).toMatchObject({ value: "1" });
  });
});

test("an answer that arrived while the process had no processor is taken, and not asked for again", async () => {
  const server = await startIdleServer("close", 60_000);
  const store = createDynamodbStore({
    table: "t",
    endpoint: server.url,
    attemptTimeoutMs: ATTEMPT_MS,
    timeoutMs: ALL_MS,
  });
  const key = { partition: "p", sort: "s" };
  await store.add(key, 1, inAnHour());
  const adding = store.add(key, 1, inAnHour());
  // The request leaves; then nothing runs here until long after its answer.
  await sleep(30);
  freeze(ATTEMPT_MS * 4);
  expect(await adding).toBe(1);
  const reading = store.get(key);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  freeze(ATTEMPT_MS * 4);
  await reading;
  const answered = await server.answered();
  expect(answered.reduce((sum, count) => sum + count, 0)).toBe(3);
  await server.close();
});

describe("a store that is lost is told before the platform cuts the request off", () => {
  const never = new Promise<never>(() => {});
  const lost = { ...createMemoryStore(), add: () => never, get: () => never };
  const unavailable = { status: 503, headers: { "retry-after": expect.any(String) } };
  const invocation = (): { invocation: object } => ({ invocation: { deadline: AbortSignal.timeout(50) } });
  const session = { "mcp-session-id": crypto.randomUUID(), "mcp-protocol-version": "2025-11-25" };

  test("while requests are counted", async () => {
    const rateLimits = [{ of: "address", limit: 1_000, windowSeconds: 60 }] as const;
    const call = callerOf(createMcpEndpoint(createV2Server, { store: lost, rateLimits, logLevel: "silent" }));
    const [message, options] = modernCall("tools/list");
    expect(await call(message, { ...options, ...invocation() })).toMatchObject(unavailable);
    expect(await call(message, { ...options, invocation: { deadline: AbortSignal.abort() } })).toMatchObject(
      unavailable,
    );
  });

  test.each(["POST", "GET", "DELETE"])("while a session is looked for (%s)", async (method) => {
    const call = callerOf(createMcpEndpoint(createV2Server, { store: lost, logLevel: "silent" }));
    const message = method === "POST" ? legacyRequest("tools/list") : undefined;
    const { status } = await call(message, { method, headers: session, ...invocation() });
    // A POST is told by the rule that holds for every message.
    expect(status).toBe(method === "POST" ? 504 : 503);
  });
});
