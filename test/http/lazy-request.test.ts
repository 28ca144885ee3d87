import { expect, test } from "vitest";
import { lazyRequest } from "../../src/http/lazy-request.ts";
import { toWebRequest } from "../../src/http/web-fetch.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { callerOf, modernCall } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const PLAIN = { method: "POST", url: "/mcp?a=1", headers: { host: "mcp.example", "user-agent": "test" } };

test("it is the request, to who looks at it", async () => {
  const lazy = lazyRequest(PLAIN);
  const real = toWebRequest(PLAIN);
  expect([lazy.method, lazy.url, lazy.headers.get("user-agent")]).toEqual([real.method, real.url, "test"]);
  expect(lazy).toBeInstanceOf(Request);
  expect("url" in lazy).toBe(true);
  expect(lazy.headers).toBe(lazy.headers);
  expect(await lazy.clone().text()).toBe("");
});

test("its signal fires with the one it was given, before it is looked at and after", () => {
  expect(lazyRequest(PLAIN, AbortSignal.abort()).signal.aborted).toBe(true);
  const late = new AbortController();
  const { signal } = lazyRequest(PLAIN, late.signal);
  expect(signal.aborted).toBe(false);
  late.abort();
  expect(signal.aborted).toBe(true);
});

test("headers that an ingress read as UTF-8 are bytes again, and what is no header is left out", () => {
  const headers = { "x-name": "日本 é", "x-plain": "é", "x-control": "a\0b", "x no name": "a", "": "a" };
  const request = lazyRequest({ method: "POST", url: "/mcp", headers });
  expect(Buffer.from(request.headers.get("x-name") ?? "", "latin1").toString()).toBe("日本 é");
  expect([...request.headers.keys()].sort()).toEqual(["x-name", "x-plain"]);
});

test("no header of a client makes a call of the SDK's own entry fail", async () => {
  const call = callerOf(createMcpEndpoint(createV2Server, { logLevel: "silent" }));
  const [message, { headers }] = modernCall("server/discover");
  for (const more of [{ "user-agent": "日本" }, { "x-odd": "a\nb" }, { "x odd": "a" }]) {
    expect((await call(message, { headers: { ...headers, ...more } })).status).toBe(200);
  }
});
