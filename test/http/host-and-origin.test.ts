import { describe, expect, test } from "vitest";
import { type HttpResponse, readConfig } from "../../src/adapter.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { callerOf, legacyRequest } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const quiet = { logLevel: "silent" } as const;
const list = legacyRequest("tools/list");
const call = callerOf(createMcpEndpoint(createV2Server, quiet));

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

test("hosts are checked one by one, also the host of the previous request", async () => {
  const known = callerOf(createMcpEndpoint(createV2Server, { ...quiet, allowedHosts: ["a.example"] }));
  const other = callerOf(createMcpEndpoint(createV2Server, { ...quiet, allowedHosts: ["b.example"] }));
  const statuses: number[][] = [];
  for (const host of ["a.example", "b.example", "a.example:1", "a.example:99999", "a.example:99999", "a.example"]) {
    const sent = { headers: { host } };
    const answers = [await known(list, sent), await other(list, sent)];
    statuses.push(answers.map(({ status }) => status));
  }
  const [first, second, neither] = [
    [200, 403],
    [403, 200],
    [403, 403],
  ];
  expect(statuses).toEqual([first, second, first, neither, neither, first]);
});
