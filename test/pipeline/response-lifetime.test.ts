import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type { HttpResponse } from "../../src/adapter.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { withLifetime } from "../../src/pipeline/response-lifetime.ts";
import { callerOf, legacyRequest, messagesOf, modernCall, textOf } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const json = (body: string): HttpResponse => ({ status: 200, headers: { "content-type": "application/json" }, body });
const stream = (body: AsyncIterable<string>): HttpResponse => ({
  status: 200,
  headers: { "content-type": "text/event-stream" },
  body,
});
const never = new Promise<never>(() => {});
const response = { endsAtDeadline: false, isAnswering: true };
const lifetime = { heartbeatMs: 5, canStream: true, response, timedOut: () => json('"too late"'), abandon: () => {} };

describe("an answer that is slow to come", () => {
  test("turns into a stream with heartbeats, the answer its only event", async () => {
    const { promise: answer, resolve } = Promise.withResolvers<HttpResponse>();
    const response = await withLifetime(answer, lifetime);
    resolve(json('{"a":1}'));
    expect(response.headers["content-type"]).toBe("text/event-stream");
    const text = await textOf(response);
    expect(text).toMatch(/^(: keepalive\n\n)+event: message\ndata: \{"a":1\}\n\n$/);
  });

  test("is waited for where nothing can be sent ahead of it", async () => {
    const response = await withLifetime(
      sleep(20).then(() => json("1")),
      { ...lifetime, canStream: false },
    );
    expect(response).toEqual(json("1"));
  });

  test("is waited for where it is no answer to a request: its status is told", async () => {
    const accepted = { status: 202, headers: {} };
    const isAnswering = false;
    const slow = sleep(20).then(() => accepted);
    expect(await withLifetime(slow, { ...lifetime, response: { ...response, isAnswering } })).toEqual(accepted);
    const conflict = { ...json("2"), status: 409 };
    const { response: _, ...undescribed } = lifetime;
    expect(
      await withLifetime(
        sleep(20).then(() => conflict),
        undescribed,
      ),
    ).toEqual(conflict);
  });

  test("and then streams, streams on", async () => {
    const late = sleep(20).then(() =>
      stream(
        (async function* () {
          yield "data: 1\n\n";
          await sleep(20);
          yield "data: 2\n\n";
        })(),
      ),
    );
    const text = await textOf(await withLifetime(late, lifetime));
    expect(text.replaceAll(": keepalive\n\n", "·")).toMatch(/^·+data: 1\n\n·+data: 2\n\n$/);
  });

  test("and fails, breaks the stream off", async () => {
    const response = await withLifetime(
      sleep(20).then(() => Promise.reject(new Error("broken"))),
      lifetime,
    );
    await expect(textOf(response)).rejects.toThrow("broken");
  });

  test("and fails, ends with an error where the client is told of one", async () => {
    const abandon = vi.fn();
    const failed = (error: unknown): HttpResponse => json(JSON.stringify(String(error)));
    const torn = stream(
      (async function* () {
        yield "data: 1\n\n";
        throw new Error("broken");
      })(),
    );
    for (const [late, first] of [
      [sleep(20).then(() => Promise.reject(new Error("broken"))), ""],
      [Promise.resolve(torn), "data: 1\n\n"],
    ] as const) {
      const text = await textOf(await withLifetime(late, { ...lifetime, abandon, failed }));
      expect(text.replaceAll(": keepalive\n\n", "")).toBe(`${first}event: message\ndata: "Error: broken"\n\n`);
    }
    expect(abandon).toHaveBeenCalledTimes(2);
  });
});

describe("at the deadline", () => {
  test("an answer that has not begun is a time-out, and its preparation is abandoned", async () => {
    const deadline = new AbortController();
    const abandon = vi.fn();
    const pending = withLifetime(never, { ...lifetime, heartbeatMs: 1e6, deadline: deadline.signal, abandon });
    deadline.abort();
    expect(await pending).toEqual(json('"too late"'));
    expect(abandon).toHaveBeenCalledOnce();
  });

  test("a stream ends with the time-out as its last event, though its source hangs", async () => {
    const deadline = new AbortController();
    const abandon = vi.fn();
    const hanging = stream(
      (async function* () {
        yield "data: 1\n\n";
        await never;
      })(),
    );
    const options = { ...lifetime, heartbeatMs: 1e6, deadline: deadline.signal, abandon };
    const response = await withLifetime(Promise.resolve(hanging), options);
    setTimeout(() => deadline.abort(), 10);
    expect(await textOf(response)).toBe('data: 1\n\nevent: message\ndata: "too late"\n\n');
    expect(abandon).toHaveBeenCalledOnce();
  });

  test("that was already past, nothing is waited for", async () => {
    const options = { ...lifetime, deadline: AbortSignal.abort() };
    expect(await withLifetime(never, options)).toEqual(json('"too late"'));
  });

  test("a tool call of either era gets a JSON-RPC error with its id", async () => {
    const call = callerOf(createMcpEndpoint(createV2Server, { logLevel: "silent" }));
    const params = { name: "slow", arguments: { ms: 60_000 } };
    for (const [message, options] of [
      [legacyRequest("tools/call", params), {}] as const,
      modernCall("tools/call", params),
    ]) {
      const response = await call(message, { ...options, invocation: { deadline: AbortSignal.timeout(20) } });
      expect(response.status).toBe(504);
      expect(await messagesOf(response)).toMatchObject([
        { id: (message as { id: number }).id, error: { code: -32603 } },
      ]);
    }
  });
});

test("a consumer that stops reading stops the source", async () => {
  const stopped = vi.fn();
  const abandon = vi.fn();
  const endless = stream(
    (async function* () {
      try {
        for (;;) yield "data: 1\n\n";
      } finally {
        stopped();
      }
    })(),
  );
  const { body } = await withLifetime(Promise.resolve(endless), { ...lifetime, abandon });
  for await (const _chunk of body as AsyncIterable<string>) break;
  await expect.poll(() => stopped).toHaveBeenCalledOnce();
  expect(abandon).toHaveBeenCalledOnce();
});

test("an answer that is there at once needs no clock, nor does a failure", async () => {
  const { signal: deadline } = new AbortController();
  const timers = vi.spyOn(globalThis, "setTimeout");
  try {
    expect(await withLifetime(Promise.resolve(json("1")), { ...lifetime, deadline })).toEqual(json("1"));
    await expect(withLifetime(Promise.reject(new Error("no")), lifetime)).rejects.toThrow("no");
    expect(timers).not.toHaveBeenCalled();
  } finally {
    timers.mockRestore();
  }
});

test("an answer that is awaited needs one clock until the deadline, and none afterwards", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const timeUp = new AbortController();
    const slow = withLifetime(never, { ...lifetime, deadline: timeUp.signal });
    await new Promise(setImmediate);
    expect(vi.getTimerCount()).toBe(1);
    timeUp.abort();
    expect(await slow).toEqual(json('"too late"'));
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

/** A deadline that counts its listeners. */
function countedDeadline(): { deadline: AbortSignal; waiting: () => number; wasHeard: () => boolean } {
  const deadline = new AbortController().signal;
  const added = vi.spyOn(deadline, "addEventListener");
  const removed = vi.spyOn(deadline, "removeEventListener");
  const { calls } = added.mock;
  return {
    deadline,
    waiting: () => calls.filter(([, one]) => !removed.mock.calls.some(([, other]) => other === one)).length,
    wasHeard: () => calls.length > 0,
  };
}

test.each<[string, () => Promise<HttpResponse>, boolean]>([
  ["is there at once", async () => json("1"), false],
  ["fails at once", () => Promise.reject(new Error("no")), false],
  ["is slow", () => sleep(20).then(() => json("1")), true],
  ["is slow to fail", () => sleep(20).then(() => Promise.reject(new Error("no"))), true],
])("an answer that %s leaves nothing at the deadline", async (_how, prepare, waits) => {
  const { deadline, waiting, wasHeard } = countedDeadline();
  await withLifetime(prepare(), { ...lifetime, canStream: false, deadline }).catch(() => {});
  expect([wasHeard(), waiting()]).toEqual([waits, 0]);
});
