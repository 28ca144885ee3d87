import { expect, test } from "vitest";
import { lazyRequest } from "../../src/http/lazy-request.ts";
import { toWebRequest } from "../../src/http/web-fetch.ts";

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
