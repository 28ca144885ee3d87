import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { HttpResponse, RateRule } from "../../src/adapter.ts";
import {
  type AuditRecord,
  createMcpEndpoint,
  createMemoryStore,
  type McpEndpointOptions,
  type ServerDefinition,
} from "../../src/index.ts";
import { addressGroup } from "../../src/limits/address-group.ts";
import { anyUser } from "../protocol-2026/instances.ts";
import { type CallOptions, callerOf, modernCall, textOf } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { breakableStore, countedStore } from "../support/stores.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 1, 12, 0, 20) });
});
afterEach(() => {
  vi.useRealTimers();
});

const rule = (of: RateRule["of"], limit = 2, windowSeconds = 60): RateRule => ({ of, limit, windowSeconds });

/** Two instances that share a store, and what happened to them. */
function open(rateLimits: readonly RateRule[], more: Partial<ServerDefinition> = {}, options: McpEndpointOptions = {}) {
  const store = countedStore(createMemoryStore());
  const audited: AuditRecord[] = [];
  const server = { createServer: createV2Server, audit: (record: AuditRecord) => audited.push(record), ...more };
  const instance = () =>
    callerOf(createMcpEndpoint(server, { logLevel: "silent", verifier: anyUser, store, rateLimits, ...options }));
  const instances = [instance(), instance()];
  let turn = 0;
  const send = ([message, { headers }]: Call, { user = "ada", clientIp = "203.0.113.7", ...request }: Sent = {}) =>
    (instances[turn++ % 2] as ReturnType<typeof callerOf>)(message, {
      ...request,
      headers: { ...headers, ...(user && { authorization: `Bearer ${user}` }) },
      invocation: { clientIp },
    });
  return { store, audited, send };
}

type Sent = Pick<CallOptions, "method" | "url"> & { readonly user?: string; readonly clientIp?: string };

type Call = [unknown, CallOptions];
const list = modernCall("tools/list");
const echo = modernCall("tools/call", { name: "echo", arguments: { text: "a" } });
const nothing: Call = [{}, {}];
const statusOf = async (sent: Promise<HttpResponse>): Promise<number> => (await sent).status;

test("a principal is held to its limit on all instances, and told when to come back", async () => {
  const { send, audited } = open([rule("principal")]);
  expect([await statusOf(send(list)), await statusOf(send(list))]).toEqual([200, 200]);
  const refused = await send(list);
  expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "40"]);
  expect(JSON.parse(await textOf(refused))).toEqual({
    jsonrpc: "2.0",
    error: { code: -32000, message: "Too many requests: try again in 40 s." },
    id: null,
  });
  expect(audited.at(-1)).toMatchObject({ event: "rate_limited", outcome: "rate_limited", decision: "deny" });
  expect(audited.at(-1)?.subject).toBe("ada");
  expect(await statusOf(send(list, { user: "eve" }))).toBe(200);
  vi.setSystemTime(Date.UTC(2026, 10, 1, 12, 1, 0));
  expect(await statusOf(send(list))).toBe(200);
});

test("every kind of request counts, but what anybody may ask for", async () => {
  const { send } = open([rule("principal", 1)]);
  for (const request of [{ url: "/health", method: "GET" }, { method: "OPTIONS" }, { url: "/elsewhere" }]) {
    for (let at = 0; at < 4; at++) expect(await statusOf(send(nothing, request))).not.toBe(429);
  }
  expect(await statusOf(send(nothing, { method: "DELETE" }))).not.toBe(429);
  expect(await statusOf(send(nothing, { method: "GET" }))).toBe(429);
});

test("an address is held to its limit before authentication, whatever its credentials", async () => {
  const { send, audited } = open([rule("address")]);
  expect([await statusOf(send(list, { user: "" })), await statusOf(send(list, { user: "" }))]).toEqual([401, 401]);
  expect(await statusOf(send(list, { user: "ada" }))).toBe(429);
  expect(audited.at(-1)).toMatchObject({ event: "rate_limited", clientIp: "203.0.113.7" });
  expect(audited.at(-1)).not.toHaveProperty("principal");
  expect(await statusOf(send(list, { clientIp: "203.0.113.8" }))).toBe(200);
});

test("a caller who is known to be over the limit costs no call of the store", async () => {
  const { send, store } = open([rule("address")]);
  for (let at = 0; at < 4; at++) await send(list);
  const before = { ...store.counts };
  for (let at = 0; at < 10; at++) expect(await statusOf(send(list))).toBe(429);
  expect(store.counts).toEqual(before);
});

test.each([
  ["the environment", [rule("tool:echo", 1)], {}],
  ["the server", [], { tools: { echo: { rateLimit: { limit: 1, windowSeconds: 60 } } } }],
  [
    "the environment rather than the server",
    [rule("tool:echo", 1)],
    { tools: { echo: { rateLimit: rule("address", 9) } } },
  ],
] as const)(
  "a tool is limited for each principal by %s",
  async (_who, limits, { tools }: Partial<ServerDefinition>) => {
    const echoRule = tools?.echo?.rateLimit;
    const plain = echoRule && { echo: { rateLimit: { limit: echoRule.limit, windowSeconds: 60 } } };
    const { send, audited } = open(limits, { ...(plain && { tools: plain }) });
    expect(await statusOf(send(echo))).toBe(200);
    const refused = await send(echo);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "40"]);
    expect(await textOf(refused)).toContain("Too many calls of this tool");
    expect(audited.at(-1)).toMatchObject({ event: "rate_limited", tool: "echo" });
    const other = modernCall("tools/call", { name: "progress", arguments: {} });
    expect([await statusOf(send(other)), await statusOf(send(echo, { user: "eve" }))]).toEqual([200, 200]);
  },
);

test("while it cannot be counted nobody gets in", async () => {
  const store = breakableStore(createMemoryStore());
  const { send } = open([rule("principal", 100)], {}, { store });
  expect(await statusOf(send(list))).toBe(200);
  store.broken = true;
  const refused = await send(list);
  expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "2"]);
});

test("limits without a store, or that are none, do not start", () => {
  const start = (rateLimits: RateRule[], store?: ReturnType<typeof createMemoryStore>) => () =>
    createMcpEndpoint(createV2Server, { rateLimits, ...(store && { store }) });
  expect(start([rule("principal")])).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(start([rule("principal")])).toThrow(/set MCP_ANYCLOUD_TABLE/);
  expect(start([rule("address", Number.NaN)], createMemoryStore())).toThrow(/The rate limit of address/);
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  [undefined, "unknown"],
])("%s counts as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
