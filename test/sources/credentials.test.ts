import { afterEach, expect, test, vi } from "vitest";
import type { HttpHandler } from "../../src/adapter.ts";
import { tokenFor } from "../../src/sources/remote/credentials/credentials.ts";
import { createTokenCache } from "../../src/sources/remote/credentials/token-cache.ts";
import { platformToken } from "../../src/sources/sources.ts";
import { callText, connectTo } from "./source-client.ts";
import { createCrm, gatewayOf, instancesOf, upstreamOf, wireTo } from "./upstreams.ts";

afterEach(() => {
  // In this order: the timers that are spied on may be false ones.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const context = {} as Parameters<typeof tokenFor>[1];

test.each<[string, () => Promise<string>]>([
  ["throws", () => Promise.reject(new Error("connect ECONNREFUSED 169.254.169.254:80"))],
  ["has none", async () => undefined as never],
  ["has one that no header can carry", async () => "a\r\nhost: evil.example"],
])("a caller is told in words when the code that gets a token %s", async (_what, token) => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  const { fetch, sent } = wireTo(upstreamOf(createCrm));
  const credentials = platformToken(async () => ({ token: await token(), expiresInSeconds: 60 }));
  const [handler] = instancesOf(gatewayOf(fetch, { credentials }), 1) as [HttpHandler];
  const client = await connectTo(handler, "2026-07-28");
  expect(await callText(client, "crm_find", { name: "a" })).toBe(
    "The server behind this one gave no answer. There is no token for it now.",
  );
  expect(sent).toEqual([]);
  expect(logged).toHaveBeenCalled();
});

/** An upstream that takes one token, and a gateway with tokens from an issuer. */
function startRevocable() {
  vi.useFakeTimers({ toFake: ["hrtime"] });
  vi.spyOn(console, "error").mockImplementation(() => {});
  const state = { valid: "token-1", issued: 0, next: "token-1" };
  const wire = wireTo(upstreamOf(createCrm));
  const shown: string[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    const token = new Headers(init.headers).get("authorization") ?? "";
    shown.push(token);
    if (token !== `Bearer ${state.valid}`) return new Response(`no: ${token}`, { status: 401 });
    return wire.fetch(url, init);
  }) as typeof globalThis.fetch;
  const credentials = platformToken(async () => {
    state.issued++;
    return { token: state.next, expiresInSeconds: 3_600 };
  });
  const [handler] = instancesOf(gatewayOf(fetch, { credentials }), 1) as [HttpHandler];
  return { state, shown, handler };
}

const passSeconds = (seconds: number): void => void vi.advanceTimersByTime(seconds * 1_000);

test("a token that an upstream refuses is replaced, and the call is made once more with the new one", async () => {
  const { state, shown, handler } = startRevocable();
  const client = await connectTo(handler, "2026-07-28");
  const before = await callText(client, "crm_find", { name: "a" });
  passSeconds(60);
  Object.assign(state, { valid: "token-2", next: "token-2" });
  shown.length = 0;
  expect(await callText(client, "crm_find", { name: "a" })).toBe(before);
  expect(shown).toEqual(["Bearer token-1", "Bearer token-2"]);
  expect(state.issued).toBe(2);
});

test("an upstream that refuses every token does not have the issuer asked for each call", async () => {
  const { state, handler } = startRevocable();
  const client = await connectTo(handler, "2026-07-28");
  await callText(client, "crm_find", { name: "a" });
  state.valid = "none";
  for (let call = 0; call < 12; call++) {
    passSeconds(10);
    state.next = `token-${call}`;
    expect(await callText(client, "crm_find", { name: "a" })).toContain("It refuses the credentials of this server.");
  }
  // In 120 seconds, a token of 30 seconds at most.
  expect(state.issued).toBeLessThanOrEqual(5);
});

test("a token that does not come is not waited for without end, and fetched anew by who comes later", async () => {
  vi.useFakeTimers();
  const set = vi.spyOn(globalThis, "setTimeout");
  const cleared = vi.spyOn(globalThis, "clearTimeout");
  const cache = createTokenCache();
  const answers = [new Promise<never>(() => {}), Promise.resolve({ token: "second", expiresInSeconds: 60 })];
  const token = (): Promise<string> =>
    cache.get([], () => answers.shift() as Promise<{ token: string; expiresInSeconds: number }>);
  const first = tokenFor({ perCaller: false, token }, context);
  const refused = expect(first).rejects.toThrow("no token for it now");
  await vi.advanceTimersByTimeAsync(15_000);
  await refused;
  expect(await tokenFor({ perCaller: false, token }, context)).toBe("second");
  // Not by counting all timers: other tests of this process may leave some.
  const timers = set.mock.results.filter((_result, index) => set.mock.calls[index]?.[1] === 15_000);
  expect(timers).toHaveLength(2);
  for (const { value } of timers) expect(cleared).toHaveBeenCalledWith(value);
});
