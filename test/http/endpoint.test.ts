import { afterEach, describe, expect, test, vi } from "vitest";
import { type RequestRecord, readConfig } from "../../src/adapter.ts";
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

  test("a byte order mark is passed over once, in text as in bytes", async () => {
    for (const [mark, status] of [
      ["\ufeff", 200],
      ["\ufeff\ufeff", 400],
    ] as const) {
      const body = mark + JSON.stringify(list);
      for (const sent of [body, Buffer.from(body)]) expect((await call(list, { body: sent })).status).toBe(status);
    }
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
    [null, "it is null"],
    [[createV2Server], "it is a list"],
    [new Response(), "it is a Response"],
    [{ createServer: "server" }, "it is an object whose createServer is a string"],
    [class {}, "it is a class: wrap it in a function"],
    [Object.assign(() => {}, { listen() {} }), "it answers web requests itself"],
    [{ createServer: createV2Server, verifier: false }, "verifier must be an object with a function verifyAccessToken"],
    [{ createServer: createV2Server, policy: {} }, "policy must be an object with a function decide"],
    [{ createServer: createV2Server, audit: null }, "audit must be a function, or be left out; it is null"],
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
