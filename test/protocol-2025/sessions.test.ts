import { afterEach, describe, expect, test } from "vitest";
import { legacyRequest, messagesOf, textOf } from "../support/messages.ts";
import { type ClientSession, startInstances } from "./instances.ts";
import { createSessionServer, createSessionServerV1, type Deeds } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

const deeds: Deeds = { cancelled: [], initialized: [] };
afterEach(() => {
  deeds.cancelled.length = 0;
  deeds.initialized.length = 0;
});

const asked = { elicitation: {}, sampling: {}, roots: {} };
const textIn = (message: Record<string, unknown> | undefined): string =>
  (message as { result: { content: [{ text: string }] } }).result.content[0].text;

describe.each([
  ["SDK v2", createSessionServer(deeds)],
  ["SDK v1", createSessionServerV1],
] as const)("a session with a server of %s, each request at another instance", (_sdk, factory) => {
  const instances = startInstances(factory);

  test.each(["2025-03-26", "2025-06-18", "2025-11-25"])("revision %s: opens, works, ends", async (protocolVersion) => {
    const session = await instances.open({ protocolVersion, capabilities: asked });
    expect(session.id).toMatch(/^[\x21-\x7e]{36}$/);
    expect((await session.send(1, { jsonrpc: "2.0", method: "notifications/initialized" })).status).toBe(202);
    const echo = await session.call(2, "echo", { text: "hi" });
    expect(echo.headers["content-type"]).toBe("application/json");
    expect(textIn((await messagesOf(echo))[0])).toBe("hi");
    expect((await session.end(0)).status).toBe(200);
    const afterwards = await session.call(1, "echo", { text: "hi" });
    expect(afterwards.status).toBe(404);
    expect(await messagesOf(afterwards)).toMatchObject([{ error: { code: -32001 } }]);
  });

  test("the server knows its client wherever it runs", async () => {
    const session = await instances.open({ capabilities: { roots: { listChanged: true } } });
    const [answer] = await messagesOf(await session.call(1, "client"));
    expect(JSON.parse(textIn(answer))).toMatchObject({
      capabilities: { roots: { listChanged: true } },
      info: { name: "test-client", version: "1.2.3" },
    });
  });

  test("a question asked on one instance is answered through another", async () => {
    const session = await instances.open({ capabilities: asked });
    const stream = readStream(await session.call(0, "name"));
    const { message: question, id } = await stream.message();
    expect(question).toMatchObject({ method: "elicitation/create", params: { message: "Your name?" } });
    expect(id).toBeDefined();
    const reply = { jsonrpc: "2.0", id: question.id, result: { action: "accept", content: { name: "Ada" } } };
    expect((await session.send(2, reply)).status).toBe(202);
    // A client that is not sure repeats itself; the first word counts.
    expect((await session.send(1, { ...reply, result: { action: "decline" } })).status).toBe(202);
    expect(textIn((await stream.message()).message)).toContain("Ada");
    expect(await stream.rest()).toEqual([]);
  });

  test("questions of two requests at a time do not get each other's answers", async () => {
    const session = await instances.open({ capabilities: asked });
    const streams = [0, 1].map(async (at) => readStream(await session.call(at, "name")));
    const [first, second] = await Promise.all(streams);
    const names = new Map<unknown, string>();
    for (const [index, stream] of [first, second].entries()) {
      const { message } = (await stream?.message()) ?? {};
      names.set(message?.id, `name ${index}`);
    }
    expect(names.size).toBe(2);
    for (const [id, name] of [...names].reverse()) {
      await session.send(2, { jsonrpc: "2.0", id, result: { action: "accept", content: { name } } });
    }
    expect(textIn((await first?.message())?.message)).toContain("name 0");
    expect(textIn((await second?.message())?.message)).toContain("name 1");
  });

  test("a message outside of a request reaches the standalone stream, on whichever instance that is", async () => {
    const session = await instances.open();
    await session.call(1, "announce", { word: "before anybody listened" });
    const stream = await session.listen(2);
    await session.call(0, "announce", { word: "while somebody does" });
    expect((await stream.message()).message).toMatchObject({ params: { data: "before anybody listened" } });
    expect((await stream.message()).message).toMatchObject({ params: { data: "while somebody does" } });
    await stream.leave();
  });

  test("a client that does not declare a capability is not asked", async () => {
    const session = await instances.open();
    const [answer] = await messagesOf(await session.call(1, "name"));
    expect(answer).toMatchObject({ result: { isError: true } });
  });
});

describe("a session", () => {
  const instances = startInstances(createSessionServer(deeds));
  const opened = (options = {}): Promise<ClientSession> => instances.open({ capabilities: asked, ...options });

  test("remembers the log level and the subscriptions that were set elsewhere", async () => {
    const session = await opened();
    expect(await session.ask(1, "logging/setLevel", { level: "error" })).toMatchObject({ result: {} });
    expect(await messagesOf(await session.call(2, "log", { level: "debug" }))).toHaveLength(1);
    expect(await messagesOf(await session.call(0, "log", { level: "error" }))).toMatchObject([
      { method: "notifications/message", params: { level: "error", data: "a word" } },
      { result: {} },
    ]);
    expect(await session.ask(1, "resources/subscribe", { uri: "test://a" })).toMatchObject({ result: {} });
    expect(await session.ask(2, "resources/subscribe", { uri: "test://b" })).toMatchObject({ result: {} });
    expect(await session.ask(0, "resources/unsubscribe", { uri: "test://b" })).toMatchObject({ result: {} });
    const stream = await session.listen(0);
    for (const uri of ["test://b", "test://a"]) await session.call(1, "change", { uri });
    await session.call(2, "change");
    expect((await stream.message()).message).toMatchObject({
      method: "notifications/resources/updated",
      params: { uri: "test://a" },
    });
    expect((await stream.message()).message).toMatchObject({ method: "notifications/tools/list_changed" });
    await stream.leave();
  });

  test.each([
    ["sampling", "think", { role: "assistant", model: "m", content: { type: "text", text: "Hm." } }, "Hm."],
    ["roots", "roots", { roots: [{ uri: "file:///a" }] }, "file:///a"],
    ["ping", "ping", {}, "{}"],
  ])("%s is answered on another instance", async (_what, tool, result, text) => {
    const session = await opened();
    const stream = readStream(await session.call(1, tool));
    const { message } = await stream.message();
    await session.send(0, { jsonrpc: "2.0", id: message.id, result });
    expect(textIn((await stream.message()).message)).toContain(text);
  });

  test("a client's error is the server's to handle", async () => {
    const session = await opened();
    const stream = readStream(await session.call(1, "roots"));
    const { message } = await stream.message();
    await session.send(0, { jsonrpc: "2.0", id: message.id, error: { code: -1, message: "no roots today" } });
    const { message: answer } = await stream.message();
    expect(answer).toMatchObject({ result: { isError: true } });
    expect(textIn(answer)).toContain("no roots today");
  });

  test("progress on a server's request arrives through another instance, each step once and in order", async () => {
    const session = await opened();
    const stream = readStream(await session.call(1, "watched"));
    const { message } = await stream.message();
    const { progressToken } = (message.params as { _meta: { progressToken: unknown } })._meta;
    expect(progressToken).toBe(message.id);
    for (const progress of [1, 2, 3]) {
      const params = { progressToken, progress };
      await session.send(progress, { jsonrpc: "2.0", method: "notifications/progress", params });
    }
    const result = { role: "assistant", model: "m", content: { type: "text", text: "" } };
    await session.send(2, { jsonrpc: "2.0", id: message.id, result });
    expect(textIn((await stream.message()).message)).toBe("[1,2,3]");
  });

  test("cancellation reaches the request on its instance", async () => {
    const session = await opened();
    const request = legacyRequest("tools/call", { name: "hang", arguments: {} });
    const pending = session.send(0, request);
    const params = { requestId: request.id, reason: "changed my mind" };
    await session.send(1, { jsonrpc: "2.0", method: "notifications/cancelled", params });
    const response = await pending;
    // A cancelled request gets no answer (MCP 2025-11-25, Cancellation).
    expect([response.status, await textOf(response)]).toEqual([202, ""]);
    expect(deeds.cancelled).toEqual([expect.stringContaining("changed my mind")]);
  });

  test("each of its servers learns that its client is initialized", async () => {
    const session = await opened();
    await session.send(1, { jsonrpc: "2.0", method: "notifications/initialized" });
    await session.call(2, "echo", { text: "hi" });
    expect(deeds.initialized).toEqual(["test-client", "test-client"]);
  });

  test("batches are served in the revision that has them, and in no other", async () => {
    const session = await opened({ protocolVersion: "2025-03-26" });
    const batch = ["a", "b"].map((text) => legacyRequest("tools/call", { name: "echo", arguments: { text } }));
    const response = await session.send(1, [...batch, { jsonrpc: "2.0", method: "notifications/initialized" }]);
    const answers = JSON.parse(await textOf(response)) as Record<string, unknown>[];
    expect(answers.map(({ id }) => id).sort()).toEqual(batch.map(({ id }) => id).sort());
    for (const refused of [[], [batch[0], batch[0]], [legacyRequest("initialize")], [42]]) {
      expect((await session.send(1, refused as object[])).status).toBe(400);
    }
    const newer = await opened({ protocolVersion: "2025-06-18" });
    expect((await newer.send(1, batch)).status).toBe(400);
  });

  test.each([
    ["without its id", { "mcp-session-id": undefined }, 400],
    ["with an id that never was", { "mcp-session-id": "0a0a0a0a-0000-4000-8000-000000000000" }, 404],
    ["with an id of another form", { "mcp-session-id": "../../etc" }, 404],
    ["in a revision nobody speaks", { "mcp-protocol-version": "2025-01-01" }, 400],
  ])("is not reached %s", async (_how, headers, status) => {
    const session = await opened();
    const response = await session.call(1, "echo", { text: "hi" }, { headers: headers as never });
    expect(response.status).toBe(status);
  });

  test("everything but questions to the client works through an ingress that buffers", async () => {
    const session = await opened();
    const invocation = { canStream: false };
    const steps = await session.call(1, "steps", { count: 2, gapMs: 1 }, { invocation });
    expect(await messagesOf(steps)).toMatchObject([{ result: { content: [{ text: "done" }] } }]);
    const [refused] = await messagesOf(await session.call(2, "name", {}, { invocation }));
    expect(textIn(refused)).toContain("cannot send elicitation/create");
    expect((await session.get(0, undefined, invocation)).status).toBe(405);
  });
});
