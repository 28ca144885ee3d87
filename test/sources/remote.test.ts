import { describe, expect, test, vi } from "vitest";
import type { HttpHandler } from "../../src/adapter.ts";
import { createMemoryStore, defineServer, toFetch } from "../../src/index.ts";
import { gateway, remote } from "../../src/sources/sources.ts";
import { createV1Server } from "../support/servers.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";
import { ADDRESS, createCrm, DISCOVERED, gatewayOf, instancesOf, OPENED, upstreamOf, wireTo } from "./upstreams.ts";

const methodsOf = async (sent: readonly Request[]): Promise<string[]> =>
  Promise.all(
    sent.map(async (request) => (request.method === "POST" ? (await request.clone().json()).method : request.method)),
  );

describe.each(ERAS)("a client of %s", (era) => {
  test("uses an upstream of the same era, with its lists from the cache", async () => {
    const { fetch, sent } = wireTo(upstreamOf(createCrm));
    const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
    const client = await connectTo(handler, era);
    for (let n = 0; n < 5; n++) expect((await client.listTools()).tools).toHaveLength(4);
    expect(await callText(client, "crm_find", { name: "Ada" })).toBe("found Ada");
    expect(await callText(client, "crm_boom")).toBe("out of paper");
    expect((await client.readResource({ uri: "crm+crm://1" })).contents).toMatchObject([
      { uri: "crm+crm://1", text: "Ada" },
    ]);
    const methods = await methodsOf(sent);
    const lists = methods.filter((method) => method === "tools/list").length;
    expect(methods).toContain(era === "2026-07-28" ? "server/discover" : "initialize");
    if (era === "2026-07-28") {
      expect(lists).toBe(1);
      expect(methods).not.toContain("GET");
      // The SDK's client of a session listens, and once its upstream is heard, the list is read again.
    } else expect(lists).toBeLessThanOrEqual(2);
  });

  test("uses an upstream of SDK v1, which has sessions alone", async () => {
    const { fetch } = wireTo(upstreamOf(createV1Server));
    const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
    const client = await connectTo(handler, era);
    expect(await callText(client, "crm_echo", { text: "old" })).toBe("old");
  });

  test("is told in words when the upstream is away, and the rest works", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const away = async (): Promise<Response> => {
      throw new TypeError("fetch failed: 10.0.0.7 refused");
    };
    let asked = 0;
    const counting = () => {
      asked++;
      return away();
    };
    const source = gateway({
      crm: remote(ADDRESS, { fetch: counting as never, breaker: { failures: 2, seconds: 60 } }),
      here: createCrm,
    });
    const [handler] = instancesOf(source, 1) as [HttpHandler];
    const client = await connectTo(handler, era);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("here_find");
    const { isError, content } = await client.callTool({ name: "crm_find", arguments: { name: "a" } });
    expect(isError).toBe(true);
    expect(JSON.stringify(content)).toContain("gave no answer");
    expect(JSON.stringify(content)).not.toMatch(/10\.0\.0\.7|127\.0\.0\.1/);
    const before = asked;
    for (let n = 0; n < 5; n++) await client.callTool({ name: "crm_find", arguments: { name: "a" } });
    expect(asked).toBe(before);
    const health = await toFetch(handler)(new Request("http://127.0.0.1/health?detail"), { clientIp: "127.0.0.1" });
    expect(await health.json()).toEqual({ status: "ok", sources: { crm: "failing", here: "ok" } });
    const lines = logged.mock.calls.map((line) => line.join(" ")).join("\n");
    expect(lines).toContain("upstream 127.0.0.1 gets no requests for 60 s after 2 failures");
    logged.mockRestore();
  });
});

test("a session at the upstream is one for all instances, and is opened anew where it is lost", async () => {
  const first = upstreamOf(createCrm);
  let upstream = first;
  const { fetch, sent } = wireTo((request, invocation) => upstream(request, invocation));
  const store = createMemoryStore();
  const instances = instancesOf(gatewayOf(fetch), 3, store);
  let turn = 0;
  const client = await connectTo((...args) => (instances[turn++ % 3] as HttpHandler)(...args), "2025-11-25");
  for (let n = 0; n < 6; n++) expect(await callText(client, "crm_find", { name: "Ada" })).toBe("found Ada");
  expect((await methodsOf(sent)).filter((method) => method === "initialize")).toHaveLength(1);
  upstream = upstreamOf(createCrm);
  for (let n = 0; n < 6; n++) expect(await callText(client, "crm_find", { name: "Bob" })).toBe("found Bob");
  expect((await methodsOf(sent)).filter((method) => method === "initialize")).toHaveLength(2);
});

test("no two requests of a session at the upstream have one id, whatever instance sends them", async () => {
  const { fetch, sent } = wireTo(upstreamOf(createCrm));
  const instances = instancesOf(gatewayOf(fetch), 3);
  let turn = 0;
  const client = await connectTo((...args) => (instances[turn++ % 3] as HttpHandler)(...args), "2025-11-25");
  await client.listTools();
  await Promise.all(Array.from({ length: 6 }, () => callText(client, "crm_find", { name: "Ada" })));
  const posts = sent.filter(({ method }) => method === "POST");
  const messages = await Promise.all(posts.map((request) => request.clone().json()));
  const ids = messages.map(({ id }) => id).filter((id) => id !== undefined);
  expect(ids.length).toBeGreaterThan(6);
  expect(new Set(ids).size).toBe(ids.length);
});

test("two sessions here are two sessions at the upstream", async () => {
  const { fetch, sent } = wireTo(upstreamOf(createCrm));
  const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
  const clients = await Promise.all([connectTo(handler, "2025-11-25"), connectTo(handler, "2025-11-25")]);
  for (const client of clients) await callText(client, "crm_find", { name: "Ada" });
  const ids = new Set(sent.map(({ headers }) => headers.get("mcp-session-id")).filter((id) => id !== null));
  expect(ids.size).toBe(2);
});

test("a question of the upstream reaches the client, and its answer the upstream", async () => {
  const { fetch } = wireTo(upstreamOf(createCrm));
  const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
  const client = await connectTo(handler, "2025-11-25", {
    capabilities: { elicitation: {} },
    prepare: (prepared) =>
      prepared.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { sure: true } })),
  });
  expect(await callText(client, "crm_ask")).toBe('{"sure":true}');
});

test("the caller's token is not passed on", async () => {
  const { fetch, sent } = wireTo(upstreamOf(createCrm));
  const verifier = {
    verifyAccessToken: async (token: string) => ({
      token,
      clientId: "test",
      scopes: [],
      expiresAt: Date.now() / 1000 + 60,
      extra: { sub: "ada" },
    }),
  };
  const source = defineServer({ ...gatewayOf(fetch), verifier });
  const [handler] = instancesOf(source, 1) as [HttpHandler];
  const client = await connectTo(handler, "2026-07-28", { headers: { authorization: "Bearer of-the-caller" } });
  await callText(client, "crm_find", { name: "Ada" });
  const ask = (url: string, headers = {}) =>
    toFetch(handler)(new Request(`http://127.0.0.1${url}`, { headers }), { clientIp: "127.0.0.1" });
  expect((await ask("/health?detail")).status).toBe(401);
  expect(await (await ask("/health")).json()).toEqual({ status: "ok" });
  const detail = await ask("/health?detail", { authorization: "Bearer of-the-caller" });
  expect(await detail.json()).toEqual({ status: "ok", sources: { crm: "ok" } });
  expect(sent.length).toBeGreaterThan(0);
  for (const request of sent) {
    expect([...request.headers.values()].join()).not.toContain("of-the-caller");
    expect(await request.text()).not.toContain("of-the-caller");
  }
});

test("lists that changed are told to clients that listen", async () => {
  let tools = [{ name: "a", inputSchema: { type: "object" } }];
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { id, method } = JSON.parse(String(init?.body));
    const result =
      method === "initialize" ? OPENED : method === "server/discover" ? DISCOVERED : { resultType: "complete", tools };
    return Response.json({ jsonrpc: "2.0", id, result });
  };
  const source = gateway({ crm: remote(ADDRESS, { fetch: fetch as never, listSeconds: 0 }) });
  const [handler] = instancesOf(source, 1) as [HttpHandler];
  let changes = 0;
  const client = await connectTo(handler, "2025-11-25", {
    prepare: (prepared) => prepared.setNotificationHandler("notifications/tools/list_changed", () => void changes++),
  });
  await client.listTools();
  tools = [...tools, { name: "b", inputSchema: { type: "object" } }];
  expect((await client.listTools()).tools).toHaveLength(2);
  await expect.poll(() => changes).toBe(1);
  await client.close();
});

test.each([
  ["http://crm.example/mcp", {}, "must have an https address"],
  ["https://user:word@crm.example/mcp", {}, "must have an https address"],
  ["https://user:word@crm.example/mcp?key=word", {}, 'remote("https://…@crm.example/mcp?…") must have'],
  ["not an address", {}, "must have an https address"],
  [ADDRESS, { timeoutSeconds: 0 }, "timeoutSeconds of remote"],
])("is refused with one sentence: %s %o", (address, options, sentence) => {
  expect(() => remote(address, options)).toThrow(sentence);
});
