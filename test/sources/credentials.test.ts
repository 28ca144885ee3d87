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

test("a token that does not come is not waited for without end, and fetched anew by who comes later", async () => {
  vi.useFakeTimers();
  const set = vi.spyOn(globalThis, "setTimeout");
  const cleared = vi.spyOn(globalThis, "clearTimeout");
  const cached = createTokenCache();
  const answers = [new Promise<never>(() => {}), Promise.resolve({ token: "second", expiresInSeconds: 60 })];
  const token = (): Promise<string> =>
    cached([], () => answers.shift() as Promise<{ token: string; expiresInSeconds: number }>);
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
