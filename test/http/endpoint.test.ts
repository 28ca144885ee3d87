import { afterEach, describe, expect, test, vi } from "vitest";
import { type HttpResponse, type RequestRecord, readConfig } from "../../src/adapter.ts";
import { createMcpEndpoint, defineServer, toFetch } from "../../src/index.ts";
import { callerOf, legacyRequest, messagesOf, textOf } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const quiet = { logLevel: "silent" } as const;
const list = legacyRequest("tools/list");
const call = callerOf(createMcpEndpoint(createV2Server, quiet));

describe("the requests that are let in", () => {
  test.each([
    ["another path", { url: "/other" }, 404],
    ["a path that only looks like an authority", { url: "//evil.example/mcp" }, 404],
    ["a path behind the endpoint's", { url: "/mcp/x" }, 404],
    ["GET", { method: "GET" }, 405],
    ["DELETE", { method: "DELETE" }, 405],
    ["a body of another type", { headers: { "content-type": "text/plain" } }, 415],
    ["a body that is not JSON", { body: "{" }, 400],
    ["an empty body", { body: "" }, 400],
    ["a body that is not UTF-8", { body: new Uint8Array([0x22, 0xff, 0x22]) }, 400],
    ["JSON that is no message", { body: "42" }, 400],
  ])("%s is refused", async (_what, options, status) => {
    const response = await call(list, options);
    expect(response.status).toBe(status);
    expect(await messagesOf(response)).toMatchObject([{ jsonrpc: "2.0", id: null, error: {} }]);
  });

  test("a query does not hide the path", async () => {
    expect((await call(list, { url: "/mcp?x=1" })).status).toBe(200);
  });

  test("4 MiB is the most a body may have, counted in bytes", async () => {
    const bodyOf = (bytes: number): string =>
      JSON.stringify({ ...list, params: { pad: "" } }).replace('""', `"${"é".repeat(bytes)}"`);
    expect((await call(list, { body: bodyOf(2_097_000) })).status).toBe(200);
    expect((await call(list, { body: bodyOf(2_097_152) })).status).toBe(413);
    expect((await call(list, { body: Buffer.alloc(4_194_305) })).status).toBe(413);
  });

  test("the health path answers without the server", async () => {
    const health = await callerOf(createMcpEndpoint(() => expect.unreachable(), quiet))(undefined, {
      method: "GET",
      url: "/health",
    });
    expect([health.status, health.body]).toEqual([200, '{"status":"ok"}']);
  });

  test("HEAD is answered as GET, without a body", async () => {
    for (const [url, headers] of [
      ["/health", {}],
      ["/mcp", {}],
      ["/other", {}],
      ["/health", { host: "malformed host" }],
    ] as const) {
      const [head, get] = [
        await call(undefined, { method: "HEAD", url, headers }),
        await call(undefined, { method: "GET", url, headers }),
      ];
      expect(head).toEqual({ status: get.status, headers: get.headers });
      expect(get.body).toBeDefined();
    }
  });

  test("the endpoint may be the root of a name of its own", async () => {
    const root = callerOf(
      createMcpEndpoint(createV2Server, { ...quiet, config: readConfig({ MCP_ANYCLOUD_PATH: "/" }) }),
    );
    expect((await root(list, { url: "/" })).status).toBe(200);
    expect((await root(list, { url: "/?x=1" })).status).toBe(200);
    expect((await root(undefined, { method: "GET", url: "/health" })).status).toBe(200);
    expect((await root(list, { url: "/mcp" })).status).toBe(404);
  });
});

describe("Host and Origin", () => {
  const local = { clientIp: "127.0.0.1" };
  test.each([
    [403, "a foreign host from loopback", { host: "evil.example" }, local],
    [403, "a foreign host from loopback with a port", { host: "evil.example:8787" }, { clientIp: "::1" }],
    [403, "a malformed host", { host: "a.example, b.example" }, {}],
    [403, "a host whose port is none", { host: "mcp.example:99999" }, {}],
    [403, "a host whose address is none", { host: "256.1.1.1" }, {}],
    [403, "a foreign origin", { origin: "https://evil.example" }, {}],
    [403, "a foreign origin from loopback", { host: "localhost", origin: "https://evil.example" }, local],
    [403, "a loopback origin from elsewhere", { origin: "http://localhost:6274" }, { clientIp: "192.0.2.1" }],
    [403, "the null origin", { origin: "null" }, local],
    [403, "an origin with a path", { origin: "http://localhost/x" }, local],
    [200, "a loopback host from loopback", { host: "localhost:8787" }, local],
    [200, "a loopback origin from loopback", { host: "[::1]:8787", origin: "http://localhost:6274" }, local],
    [
      200,
      "any host elsewhere, which the ingress routed",
      { host: "abc.execute-api.example" },
      { clientIp: "192.0.2.1" },
    ],
  ])("%i for %s", async (status, _what, headers, invocation) => {
    expect((await call(list, { headers, invocation })).status).toBe(status);
  });

  test("lists replace the defaults", async () => {
    const strict = callerOf(
      createMcpEndpoint(createV2Server, {
        ...quiet,
        allowedHosts: ["mcp.example"],
        allowedOrigins: ["https://app.example"],
      }),
    );
    const status = async (headers: Record<string, string>): Promise<number> => (await strict(list, { headers })).status;
    expect(await status({ host: "MCP.example:443" })).toBe(200);
    expect(await status({ host: "other.example" })).toBe(403);
    const probe = async (url: string, method = "GET", invocation = {}): Promise<number> =>
      (await strict(undefined, { method, url, headers: { host: "10.0.0.7:8080" }, invocation })).status;
    // Load balancers ask under addresses of their own.
    expect([await probe("/health"), await probe("/health", "HEAD")]).toEqual([200, 200]);
    expect([await probe("/health?detail"), await probe("/health", "POST"), await probe("/mcp")]).toEqual([
      403, 403, 403,
    ]);
    expect(await probe("/health", "GET", { clientIp: "127.0.0.1" })).toBe(403);
    expect(await status({ origin: "https://app.example" })).toBe(200);
    expect(await status({ origin: "https://app.example.evil.example" })).toBe(403);
    expect(await status({ origin: "http://app.example" })).toBe(403);
  });

  test.each([
    ["chrome-extension://abcdefghijklmnop", 200],
    ["vscode-webview://1l1kv0", 200],
    ["tauri://localhost", 200],
    ["https://app.example:8443", 200],
    ["null", 403],
    ["file://", 403],
    ["chrome-extension://abc/page.html", 403],
    ["chrome-extension://user@abc", 403],
    ["https://app.example:443", 403],
    ["data:text/html,x", 403],
    ["https://a.example, https://b.example", 403],
  ])("of the origin %s, * allows what is one: %i", async (origin, status) => {
    const allowedOrigins = ["*"];
    const open = callerOf(createMcpEndpoint(createV2Server, { ...quiet, allowedOrigins }));
    expect((await open(list, { headers: { origin } })).status).toBe(status);
    // A scheme of an app is on nobody's loopback interface.
    const isWeb = origin.startsWith("https://app.example:8443");
    const named = readConfig(isWeb || status !== 200 ? {} : { MCP_ANYCLOUD_ALLOWED_ORIGINS: origin });
    const closed = callerOf(createMcpEndpoint(createV2Server, { ...quiet, config: named }));
    const invocation = { clientIp: "127.0.0.1" };
    const headers = { origin, host: "localhost" };
    expect((await closed(list, { headers, invocation })).status).toBe(named.allowedOrigins ? 200 : 403);
    expect((await call(list, { headers, invocation })).status).toBe(403);
  });

  test("a browser's preflight is answered for allowed origins and every header", async () => {
    const open = callerOf(createMcpEndpoint(createV2Server, { ...quiet, allowedOrigins: ["https://app.example"] }));
    const granted =
      "authorization, mcp-protocol-version, mcp-param-region, x-api-key, baggage, x-amz-date, x-amz-security-token";
    const asked = `${granted}, no token, , x\u00fc`;
    const preflight = (origin: string): Promise<HttpResponse> =>
      open(undefined, { method: "OPTIONS", headers: { origin, "access-control-request-headers": asked } });
    expect(await preflight("https://app.example")).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-origin": "https://app.example",
        "access-control-allow-headers": granted,
        vary: "origin",
      },
    });
    expect((await preflight("https://app.example")).headers).not.toHaveProperty("access-control-allow-credentials");
    const refused = await preflight("https://evil.example");
    expect([refused.status, refused.headers["access-control-allow-origin"]]).toEqual([403, undefined]);
  });

  test("errors, too, can be read by the page", async () => {
    const response = await call(list, {
      method: "GET",
      headers: { origin: "http://localhost:1", host: "localhost" },
      invocation: { clientIp: "127.0.0.1" },
    });
    expect(response).toMatchObject({ status: 405, headers: { "access-control-allow-origin": "http://localhost:1" } });
    // The page may read it, and not send what the browser keeps for this host, such as cookies.
    expect(response.headers).not.toHaveProperty("access-control-allow-credentials");
  });
});

describe("the log", () => {
  const records: RequestRecord[] = [];
  const logged = callerOf(createMcpEndpoint(createV2Server, { log: (record) => records.push(record) }));
  const callTool = (name: string): object =>
    legacyRequest("tools/call", { name, arguments: { text: "s3cret-argument" } });
  afterEach(() => void records.splice(0));

  test("holds one record per request, without query, tokens or bodies", async () => {
    await logged(callTool("echo"), {
      url: "/mcp?token=s3cret-query",
      headers: {
        authorization: "Bearer s3cret-token",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      },
      invocation: { requestId: "r-1", clientIp: "192.0.2.1" },
    });
    expect(records).toMatchObject([
      {
        level: "info",
        message: "request",
        requestId: "r-1",
        traceId: "0af7651916cd43dd8448eb211c80319c",
        httpMethod: "POST",
        path: "/mcp",
        status: 200,
        era: "legacy",
        mcpMethod: "tools/call",
        mcpName: "echo",
        clientIp: "192.0.2.1",
        streamed: false,
      },
    ]);
    expect(JSON.stringify(records)).not.toContain("s3cret");
  });

  test("counts a stream's bytes once it is read to its end", async () => {
    const response = await logged(callTool("progress"));
    expect(records).toEqual([]);
    const text = await textOf(response);
    expect(records).toMatchObject([{ streamed: true, responseBytes: Buffer.byteLength(text) }]);
  });

  test("is a JSON line on standard output by default, and nothing when silent", async () => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      await call(list);
      expect(write).not.toHaveBeenCalled();
      await callerOf(createMcpEndpoint(createV2Server))(list);
      expect(write).toHaveBeenCalledOnce();
      expect(JSON.parse(String(write.mock.lastCall?.[0]))).toMatchObject({ message: "request", status: 200 });
    } finally {
      write.mockRestore();
    }
  });
});

describe("the exports of a module", () => {
  test("a definition or a bare factory", async () => {
    for (const server of [createV2Server, defineServer({ createServer: createV2Server })]) {
      expect((await callerOf(createMcpEndpoint(server, quiet))(list)).status).toBe(200);
    }
  });

  test.each([
    [undefined, "it is undefined"],
    [{ create: 1, name: 2 }, "it is an object with create, name"],
    ["server", "it is a string"],
    [createMcpEndpoint(createV2Server, quiet), "it is an endpoint already"],
  ])("%s is refused at once", (wrong, because) => {
    expect(() => createMcpEndpoint(wrong as never)).toThrow(because);
  });

  test("a factory that returns something else is named in the log", async () => {
    const records: RequestRecord[] = [];
    const wrong = callerOf(
      createMcpEndpoint((() => ({ tools: [] })) as never, { log: (record) => records.push(record) }),
    );
    expect((await wrong(list)).status).toBe(500);
    expect(records[0]?.error).toContain("createServer must return an McpServer");
  });
});

test("a definition says how tokens are checked, and the log what an error was caused by", async () => {
  const records: RequestRecord[] = [];
  const cause = new Error("key set out of reach");
  const verifyAccessToken = async (): Promise<never> => {
    throw new Error("no token can be checked", { cause });
  };
  const guarded = defineServer({ createServer: createV2Server, verifier: { verifyAccessToken } });
  const guardedCall = callerOf(createMcpEndpoint(guarded, { ...quiet, audit: "off" }));
  expect((await guardedCall(list)).status).toBe(401);
  const failing = callerOf(
    createMcpEndpoint(
      () => {
        throw new Error("no database", { cause });
      },
      { log: (record) => records.push(record) },
    ),
  );
  const answer = await failing(list);
  expect([answer.status, answer.body]).toEqual([500, expect.stringContaining('"Internal error"')]);
  expect(records[0]?.error).toMatch(/^Error: no database.*caused by: Error: key set out of reach$/s);
});

test("toFetch carries method, path, query, headers, body and a stream", async () => {
  const fetch = toFetch(async ({ method, url, headers, body }, { canStream }) => ({
    status: 207,
    headers: {
      "x-seen": `${method} ${url} ${headers["x-sent"]} ${await new Response(body as ReadableStream).text()} ${canStream}`,
    },
    body: (async function* () {
      yield "a";
      yield "b";
    })(),
  }));
  const request = new Request("https://mcp.example/mcp?q=1", { method: "PUT", headers: { "x-sent": "y" }, body: "z" });
  const response = await fetch(request);
  expect([response.status, response.headers.get("x-seen"), await response.text()]).toEqual([
    207,
    "PUT /mcp?q=1 y z true",
    "ab",
  ]);
});
