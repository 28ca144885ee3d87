import { describe, expect, test } from "vitest";
import { legacyRequest, messagesOf } from "../support/messages.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { type ReadEvent, readStream, type StreamReader } from "./stream-reader.ts";

const instances = startInstances(createSessionServer());
const progressOf = (events: readonly ReadEvent[]): unknown[] =>
  events.flatMap(({ message }) => (message?.method ? [(message.params as { progress: number }).progress] : []));

describe("the stream of a request", () => {
  test("begins with an id to come back with, and a time to do so", async () => {
    const session = await instances.open();
    const stream = readStream(await session.call(0, "steps", { count: 1, gapMs: 1 }));
    expect(await stream.next()).toEqual({ id: expect.any(String), retry: expect.any(Number) });
    const events = await stream.rest();
    const ids = events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(events.length);
    expect(ids).not.toContain(undefined);
  });

  test("has no empty event for clients of earlier revisions", async () => {
    const session = await instances.open({ protocolVersion: "2025-06-18" });
    const stream = readStream(await session.call(0, "steps", { count: 1, gapMs: 1 }));
    expect((await stream.next())?.message).toMatchObject({ method: "notifications/progress" });
  });

  test("is resumed on another instance behind any of its events, without loss or repetition", async () => {
    const session = await instances.open();
    const stream = readStream(await session.call(0, "steps", { count: 5, gapMs: 1 }));
    const events = await stream.rest();
    const all = [{ id: stream.lastEventId, message: undefined }, ...events].slice(1);
    for (const [index, { id }] of all.slice(0, -1).entries()) {
      const rest = await (await session.listen(1 + (index % 2), id)).rest();
      const messages = rest.filter(({ message }) => message);
      expect(messages.map((event) => event.id)).toEqual(all.slice(index + 1).map((event) => event.id));
    }
    // Behind the last one there is nothing to resume.
    expect((await session.get(1, all.at(-1)?.id)).status).toBe(204);
  });

  test("is resumed while its request goes on, by a client that left", async () => {
    const session = await instances.open();
    const stream = readStream(await session.call(0, "steps", { count: 20, gapMs: 20 }));
    const seen = [await stream.message(), await stream.message(), await stream.message()];
    await stream.leave();
    const resumed = await session.listen(1, stream.lastEventId);
    const rest = await resumed.rest();
    expect(progressOf([...seen, ...rest])).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(rest.at(-1)?.message).toMatchObject({ result: {} });
  });

  test("is closed by the server, and a client that resumes gets the response", async () => {
    const session = await instances.open();
    const stream = readStream(await session.call(0, "leave", { ms: 300 }));
    const events = await stream.rest();
    expect(events.at(-1)?.retry).toBeGreaterThan(0);
    expect(events.filter(({ message }) => message)).toEqual([]);
    const rest = await (await session.listen(2, stream.lastEventId)).rest();
    expect(rest.at(-1)?.message).toMatchObject({ result: { content: [{ text: "after" }] } });
  });

  test("cannot be resumed by another session", async () => {
    const [session, other] = [await instances.open(), await instances.open()];
    const stream = readStream(await session.call(0, "steps", { count: 1, gapMs: 1 }));
    await stream.rest();
    expect((await other.get(1, stream.lastEventId)).status).toBe(400);
    expect((await session.get(1, "no-such-id")).status).toBe(400);
  });

  test("a slow answer becomes a stream that can be resumed", async () => {
    const session = await instances.open();
    const stream = readStream(await session.call(0, "leave", { ms: 10 }));
    await stream.rest();
    const response = await session.call(0, "steps", { count: 1, gapMs: 3_300 });
    const slow = readStream(response);
    expect((await slow.next())?.id).toBeDefined();
    expect((await slow.rest()).at(-1)?.message).toMatchObject({ result: {} });
  });
});

describe("at the platform's deadline", () => {
  const deadlineIn = (ms: number): AbortSignal => AbortSignal.timeout(ms);

  test("a request whose instance lives on is let go, and resumed elsewhere", async () => {
    const session = await instances.open();
    const invocation = { deadline: deadlineIn(150) };
    const stream = readStream(await session.call(0, "steps", { count: 10, gapMs: 40 }, { invocation }));
    const before = await stream.rest();
    expect(before.at(-1)?.retry).toBeGreaterThan(0);
    const after = await (await session.listen(1, stream.lastEventId)).rest();
    expect(progressOf([...before, ...after])).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
  });

  test("a request whose instance ends with it is answered with an error, also to those who resume", async () => {
    const session = await instances.open();
    const invocation = { deadline: deadlineIn(150), exclusive: true };
    const stream = readStream(await session.call(0, "steps", { count: 100, gapMs: 40 }, { invocation }));
    const first = await stream.message();
    const events = await stream.rest();
    expect(events.at(-1)?.message).toMatchObject({ error: { code: -32603 } });
    const resumed = await (await session.listen(1, first.id)).rest();
    expect(resumed.at(-1)?.message).toMatchObject({ error: { code: -32603 } });
  });

  test("a request that has sent nothing yet is answered with a 504", async () => {
    const session = await instances.open();
    const invocation = { deadline: deadlineIn(50), exclusive: true };
    const response = await session.call(0, "hang", {}, { invocation });
    expect(response.status).toBe(504);
    expect(await messagesOf(response)).toMatchObject([{ error: { code: -32603 } }]);
  });

  test("streams that only wait end with a time to come back", async () => {
    const session = await instances.open();
    const standalone = await session.listen(0, undefined, { deadline: deadlineIn(50) });
    expect((await standalone.rest()).at(-1)?.retry).toBeGreaterThan(0);
    const stream = readStream(await session.call(0, "steps", { count: 10, gapMs: 100 }));
    const { id } = await stream.message();
    const resumed = await session.listen(1, id, { deadline: deadlineIn(50) });
    expect((await resumed.rest()).at(-1)?.retry).toBeGreaterThan(0);
    await stream.rest();
  });
});

/** The first event with a message, or undefined at the end. */
async function untilMessageOrEnd(stream: StreamReader): Promise<ReadEvent | undefined> {
  for (;;) {
    const event = await stream.next();
    if (!event || event.message) return event;
  }
}

describe("the standalone stream", () => {
  test("is one per session across all instances: the newest opening has it", async () => {
    const session = await instances.open();
    const first = await session.listen(0);
    await first.next();
    const second = await session.listen(1);
    await session.call(2, "announce", { word: "hello" });
    expect((await second.message()).message).toMatchObject({ params: { data: "hello" } });
    expect((await first.rest()).filter(({ message }) => message)).toEqual([]);
    await second.leave();
  });

  test("is not resumed by a client whose stream was replaced by a newer opening", async () => {
    const session = await instances.open();
    const first = await session.listen(0);
    await first.next();
    const second = await session.listen(1);
    await second.next();
    expect((await session.get(0, first.lastEventId)).status).toBe(204);
    await second.leave();
    expect((await session.get(0, first.lastEventId)).status).toBe(204);
    const resumed = await session.listen(2, second.lastEventId);
    await resumed.leave();
  });

  test("is given to one of many that open it at the same time", async () => {
    const session = await instances.open();
    const opened = await Promise.all([0, 1, 2, 0, 1].map((at) => session.get(at)));
    expect(opened.map(({ status }) => status)).toContain(200);
    const streams = opened.filter(({ status }) => status === 200).map(readStream);
    await session.call(2, "announce", { word: "hello" });
    const heard = await Promise.all(streams.map(async (stream) => (await untilMessageOrEnd(stream)) !== undefined));
    expect(heard.filter(Boolean)).toHaveLength(1);
    for (const stream of streams) await stream.leave();
  });

  test("is taken over by a client that resumes it, and nothing is told twice", async () => {
    const session = await instances.open();
    const old = await session.listen(0);
    await session.call(2, "announce", { word: "one" });
    const { id } = await old.message();
    const fresh = await session.listen(1, id);
    await session.call(2, "announce", { word: "two" });
    expect((await fresh.message()).message).toMatchObject({ params: { data: "two" } });
    const rest = await old.rest();
    expect(rest.filter(({ message }) => message)).toEqual([]);
    await fresh.leave();
  });

  test("is taken over by a client whose revision gives it no id", async () => {
    const session = await instances.open({ protocolVersion: "2025-06-18" });
    const old = await session.listen(0);
    const fresh = await session.listen(1);
    await session.call(2, "announce", { word: "hello" });
    expect((await fresh.message()).message).toMatchObject({ params: { data: "hello" } });
    expect(await old.rest()).toEqual([]);
    await fresh.leave();
  });

  test("goes on where the last one ended, with and without an id", async () => {
    const session = await instances.open();
    const first = await session.listen(0);
    await session.call(1, "announce", { word: "one" });
    const { id } = await first.message();
    await first.leave();
    for (const word of ["two", "three"]) await session.call(1, "announce", { word });
    await session.call(2, "change");
    const resumed = await session.listen(2, id);
    const words = [await resumed.message(), await resumed.message(), await resumed.message()];
    expect(words.map(({ message }) => (message.params as { data?: string } | undefined)?.data)).toEqual([
      "two",
      "three",
      undefined,
    ]);
    await resumed.leave();
    await session.call(0, "announce", { word: "four" });
    // The stream without a client gives up its lease as soon as it notices.
    await expect.poll(async () => (await session.get(1)).status).toBe(200);
  });

  test("ends after its time, and by the server's word, for the client to come back", async () => {
    const brief = startInstances(createSessionServer(), { streamSeconds: 1 });
    const session = await brief.open();
    const stream = await session.listen(0);
    const events = await stream.rest();
    expect(events.at(-1)).toEqual({ retry: expect.any(Number) });
    const again = await session.listen(1);
    await session.call(2, "dismiss");
    expect((await again.rest()).at(-1)).toEqual({ retry: expect.any(Number) });
  });

  test("ends with its session", async () => {
    const session = await instances.open();
    const stream = await session.listen(0);
    await session.end(1);
    expect((await stream.rest()).filter(({ message }) => message)).toEqual([]);
    expect((await session.get(2, stream.lastEventId)).status).toBe(404);
  });

  test("tells each of many events once and in order, while many instances speak", async () => {
    const session = await instances.open();
    const stream = await session.listen(0);
    const words = Array.from({ length: 30 }, (_, index) => `word ${index}`);
    await Promise.all(words.map((word, index) => session.call(index, "announce", { word })));
    const heard: string[] = [];
    for (const _ of words) heard.push(((await stream.message()).message.params as { data: string }).data);
    expect(heard.sort()).toEqual(words.sort());
    await stream.leave();
  });
});

test("a request whose instance is lost is reported to the client that resumes", { timeout: 90_000 }, async () => {
  const { createMemoryStore } = await import("../../src/store/memory-store.ts");
  const { breakableStore } = await import("../support/stores.ts");
  const shared = createMemoryStore();
  // Writes of an instance that is gone never arrive.
  const dying = breakableStore(shared);
  const timings = { writerSignMs: 200, writerSilenceMs: 1_000 };
  const [doomed, sound] = [
    startInstances(createSessionServer(), { store: dying }, { timings }),
    startInstances(createSessionServer(), { store: shared }, { timings }),
  ];
  const session = await sound.open();
  const request = legacyRequest("tools/call", { name: "steps", arguments: { count: 2, gapMs: 200 } });
  const headers = { "mcp-session-id": session.id, "mcp-protocol-version": "2025-11-25" };
  const stream = readStream(await doomed.instances[0](request, { headers }));
  await stream.message();
  dying.broken = true;
  const resumed = await session.listen(1, stream.lastEventId);
  const rest = await resumed.rest();
  expect(rest.at(-1)?.message).toMatchObject({
    id: request.id,
    error: { code: -32603, message: expect.stringContaining("lost") },
  });
});
