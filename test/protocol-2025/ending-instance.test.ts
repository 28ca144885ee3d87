import { describe, expect, test } from "vitest";
import type { HttpResponse, Invocation, StateStore } from "../../src/adapter.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { callerOf, legacyRequest, messagesOf, modernCall } from "../support/messages.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

/** A store that is `ms` away. */
function distant(store: StateStore, ms: number): StateStore {
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  return {
    get: (key) => pause().then(() => store.get(key)),
    put: (item, when) => pause().then(() => store.put(item, when)),
    delete: (key) => pause().then(() => store.delete(key)),
    list: (partition, range) => pause().then(() => store.list(partition, range)),
    add: (key, amount, expiresAt) => pause().then(() => store.add(key, amount, expiresAt)),
  };
}

/** An instance that its platform ends: what it is told, and the work that it keeps. */
function endingInstance(): { readonly invocation: Partial<Invocation>; stop(): void; end(): void } {
  const [stopping, deadline] = [new AbortController(), new AbortController()];
  return {
    invocation: { stopping: stopping.signal, deadline: deadline.signal },
    stop: () => stopping.abort(),
    end: () => deadline.abort(),
  };
}

const START = { timings: { streamAfterMs: 20, notificationFastestReadMs: 5 } };
const RESULT = { result: { content: [{ text: "done" }] } };

describe("when the platform ends an instance", () => {
  test("calls, initialize and replies that a distant store delays are carried out", async () => {
    const { instances, open } = startInstances(createSessionServer(), { store: distant(createMemoryStore(), 30) });
    const session = await open({ capabilities: { elicitation: {} } });
    const asking = readStream(await session.call(0, "name"));
    const { id } = (await asking.message()).message;
    const instance = endingInstance();
    const { invocation } = instance;
    const clientInfo = { name: "late", version: "1" };
    const initialize = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    const responses = Promise.all([
      session.call(1, "echo", { text: "hello" }, { invocation }),
      instances[1](legacyRequest("initialize", initialize), { invocation }),
      session.send(1, { jsonrpc: "2.0", id, result: { action: "accept", content: { name: "Ada" } } }, { invocation }),
    ]);
    instance.stop();
    expect((await responses).map(({ status }) => status)).toEqual([200, 200, 202]);
    expect((await asking.message()).message).toMatchObject({ result: { content: [{ text: /Ada/ }] } });
  });

  test("a stream is let go, its work is finished, and another instance hands over the result", async () => {
    const { open } = startInstances(createSessionServer(), {}, START);
    const session = await open();
    const instance = endingInstance();
    const { invocation } = instance;
    const stream = readStream(await session.call(0, "steps", { count: 3, gapMs: 60 }, { invocation }));
    await stream.message();
    instance.stop();
    const rest = await stream.rest();
    expect(rest.at(-1)?.retry).toBeGreaterThan(0);
    expect(rest.some(({ message }) => message && "result" in message)).toBe(false);
    const resumed = await session.listen(1, stream.lastEventId);
    expect((await resumed.rest()).map(({ message }) => message).at(-1)).toMatchObject(RESULT);
  });

  test("work that does not end in time is told so shortly before the end, wherever its client is by then", async () => {
    const { open } = startInstances(createSessionServer(), {}, START);
    const session = await open();
    const instance = endingInstance();
    const { invocation } = instance;
    const stream = readStream(await session.call(0, "steps", { count: 1_000, gapMs: 20 }, { invocation }));
    await stream.message();
    const whole = session.call(0, "hang", {}, { headers: { accept: "application/json" }, invocation });
    instance.stop();
    await stream.rest();
    const resumed = await session.listen(1, stream.lastEventId);
    await resumed.message();
    instance.end();
    const { status } = await whole;
    const last = (await resumed.rest()).map(({ message }) => message).at(-1);
    expect(status).toBe(504);
    expect(last).toMatchObject({ error: { message: expect.stringMatching(/given up/) } });
  });

  test("a stream that only waits for notifications ends at once, for its client to open it elsewhere", async () => {
    const { open } = startInstances(createSessionServer(), {}, START);
    const session = await open();
    const instance = endingInstance();
    const standalone = await session.listen(0, undefined, instance.invocation);
    await standalone.next();
    instance.stop();
    expect(await standalone.rest()).toMatchObject([{ retry: expect.any(Number) }]);
    const elsewhere = await session.listen(1, standalone.lastEventId);
    expect(await elsewhere.next()).toBeDefined();
    await elsewhere.leave();
  });
});

describe("in 2026-07-28", () => {
  const call = callerOf(createMcpEndpoint(createSessionServer(), { logLevel: "silent" }));
  const send = (
    method: string,
    params: Record<string, unknown>,
    invocation: Partial<Invocation>,
  ): Promise<HttpResponse> => {
    const [message, options] = modernCall(method, params);
    return call(message, { ...options, invocation });
  };

  test("a call in flight is finished, also one that streams", async () => {
    const instance = endingInstance();
    const responding = send("tools/call", { name: "steps", arguments: { count: 3, gapMs: 20 } }, instance.invocation);
    instance.stop();
    expect((await messagesOf(await responding)).at(-1)).toMatchObject(RESULT);
  });

  test("a subscription ends gracefully, also one that comes too late", async () => {
    const instance = endingInstance();
    const listen = { notifications: { toolsListChanged: true } };
    const open = await send("subscriptions/listen", listen, instance.invocation);
    instance.stop();
    const late = await send("subscriptions/listen", listen, instance.invocation);
    for (const response of [open, late]) {
      expect((await messagesOf(response)).at(-1)).toMatchObject({ result: { resultType: "complete" } });
    }
  });
});
