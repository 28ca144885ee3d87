import { beforeEach, describe, expect, test } from "vitest";
import { type Caller, legacyRequest, textOf } from "../support/messages.ts";
import { call, openObserved } from "./observed-endpoint.ts";
import { takeSpans } from "./recorded-spans.ts";

beforeEach(() => {
  takeSpans();
});

describe("a session of 2025", () => {
  async function session(at: Caller, protocolVersion = "2025-11-25") {
    const params = { protocolVersion, capabilities: { elicitation: {} }, clientInfo: { name: "old", version: "1" } };
    const { headers } = await at(legacyRequest("initialize", params));
    const id = headers["mcp-session-id"] ?? "";
    takeSpans();
    return { id, send: (message: unknown) => at(message, { headers: { "mcp-session-id": id } }) };
  }

  test("has the beginning of its id in spans, never the whole", async () => {
    const { at } = openObserved();
    const { id, send } = await session(at);
    await textOf(await send(legacyRequest("tools/call", call("echo"))));
    await send({ jsonrpc: "2.0", method: "notifications/initialized" });
    const { trees } = takeSpans();
    expect(trees).toMatchObject([
      { name: "tools/call echo", kind: "SERVER", events: ["store get"], children: [{ name: "own" }] },
      { name: "notifications/initialized", kind: "SERVER" },
    ]);
    expect(trees.map(({ attributes }) => attributes["mcp.session.id"])).toEqual([id.slice(0, 8), id.slice(0, 8)]);
    expect(trees[0]?.attributes["mcp.protocol.version"]).toBe("2025-11-25");
    expect(trees[1]?.attributes).not.toHaveProperty("jsonrpc.request.id");
    expect(JSON.stringify(trees)).not.toContain(id);
  });

  test("has a span for each message of a batch", async () => {
    const { at } = openObserved();
    const { send } = await session(at, "2025-03-26");
    const batch = [
      legacyRequest("tools/call", call("echo")),
      legacyRequest("tools/call", call("fail")),
      { jsonrpc: "2.0", method: "notifications/initialized" },
    ];
    await textOf(await send(batch));
    const { trees } = takeSpans();
    expect(trees.map(({ name, isError }) => [name, isError]).sort()).toEqual([
      ["notifications/initialized", undefined],
      ["tools/call echo", undefined],
      ["tools/call fail", true],
    ]);
    expect(trees.find(({ name }) => name === "tools/call echo")?.children).toMatchObject([{ name: "own" }]);
  });

  test("has a client's span for a request of the server, whose context the client gets", async () => {
    const { at } = openObserved();
    const { send } = await session(at);
    const response = await send(legacyRequest("tools/call", call("ask")));
    let context = "";
    const texts: string[] = [];
    for await (const chunk of response.body as AsyncIterable<string>) {
      texts.push(chunk);
      const asked =
        /"id":"([^"]+)","method":"elicitation\/create"|"method":"elicitation\/create".*?"id":"([^"]+)"/.exec(chunk);
      if (!asked) continue;
      context = /"traceparent":"([^"]+)"/.exec(chunk)?.[1] ?? "";
      await send({ jsonrpc: "2.0", id: asked[1] ?? asked[2], result: { action: "decline" } });
    }
    expect(texts.join("")).toContain("decline");
    const { trees, spans } = takeSpans();
    const tool = trees.find(({ name }) => name === "tools/call ask");
    expect(tool?.children).toMatchObject([
      { name: "elicitation/create", kind: "CLIENT", attributes: { "mcp.method.name": "elicitation/create" } },
    ]);
    const client = spans.find(({ name }) => name === "elicitation/create")?.spanContext();
    expect(context).toBe(`00-${client?.traceId}-${client?.spanId}-01`);
  });

  test("has one span for a call whose client leaves, which ends with the work", async () => {
    const { at } = openObserved();
    const { send } = await session(at);
    const gone = new AbortController();
    const [message] = [legacyRequest("tools/call", call("echo"))];
    const { id } = await session(at);
    const pending = at(message, { headers: { "mcp-session-id": id }, invocation: { signal: gone.signal } });
    gone.abort();
    await pending;
    await expect.poll(() => takeSpans().trees.map(({ name }) => name)).toContain("tools/call echo");
    await send({ jsonrpc: "2.0", method: "notifications/initialized" });
  });
});
