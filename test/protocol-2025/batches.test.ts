import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/index.ts";
import { legacyRequest, messagesOf, textOf } from "../support/messages.ts";
import { breakableStore } from "../support/stores.ts";
import { type ClientSession, startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

const call = (name: string, args: object = {}): ReturnType<typeof legacyRequest> =>
  legacyRequest("tools/call", { name, arguments: args });
const instances = startInstances(createSessionServer());
const opened = (): Promise<ClientSession> => instances.open({ protocolVersion: "2025-03-26" });

describe("a batch", () => {
  test("sends the responses that it has when the rest is cancelled", async () => {
    const session = await opened();
    const [echo, hang] = [call("echo", { text: "hi" }), call("hang")];
    const pending = session.send(0, [echo, hang]);
    await session.send(1, { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: hang.id } });
    const response = await pending;
    expect(response.status).toBe(200);
    expect(JSON.parse(await textOf(response))).toMatchObject([{ id: echo.id, result: {} }]);
  });

  test("sends the responses that it has when the deadline ends the rest", async () => {
    const session = await opened();
    const [echo, hang] = [call("echo", { text: "hi" }), call("hang")];
    const invocation = { deadline: AbortSignal.timeout(200), exclusive: true };
    const response = await session.send(0, [echo, hang], { invocation });
    expect(JSON.parse(await textOf(response))).toMatchObject([
      { id: echo.id, result: {} },
      { id: hang.id, error: { code: -32603 } },
    ]);
  });

  test("shares among its responses the bytes that are sent at most", async () => {
    const limited = startInstances(createSessionServer(), { maxOutputBytes: 2048 });
    const session = await limited.open({ protocolVersion: "2025-03-26" });
    const batch = ["a", "b", "c"].map((text) => call("echo", { text: text.repeat(900) }));
    const body = await textOf(await session.send(0, batch));
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(2048);
    for (const { result } of JSON.parse(body)) expect(result).toMatchObject({ isError: true });
    const alone = JSON.parse(await textOf(await session.send(0, batch[0] as object)));
    expect(alone.result.isError).toBeUndefined();
  });

  test("sends no second response to a request when the instance is lost, also for one answered before the stream began", async () => {
    const shared = createMemoryStore();
    const dying = breakableStore(shared);
    const timings = { streamAfterMs: 200, writerSignMs: 200, writerSilenceMs: 1_000 };
    const [doomed, sound] = [
      startInstances(createSessionServer(), { store: dying }, { timings }),
      startInstances(createSessionServer(), { store: shared }, { timings }),
    ];
    const session = await sound.open({ protocolVersion: "2025-03-26" });
    const [echo, hang] = [call("echo", { text: "hi" }), call("hang")];
    const stream = readStream(await doomed.instances[0]([echo, hang], { headers: { "mcp-session-id": session.id } }));
    const first = await stream.message();
    expect(first.message).toMatchObject({ id: echo.id, result: {} });
    dying.broken = true;
    const rest = await (await session.listen(1, first.id)).rest();
    expect(rest.flatMap(({ message }) => (message ? [message.id] : []))).toEqual([hang.id]);
    expect(await messagesOf(await session.call(2, "echo", { text: "hi" }))).toHaveLength(1);
  });
});
