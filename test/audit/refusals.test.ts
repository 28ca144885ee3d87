import { expect, test } from "vitest";
import { type AuditRecord, createMcpEndpoint, createMemoryStore, type McpEndpointOptions } from "../../src/index.ts";
import { anyUser } from "../protocol-2026/instances.ts";
import { createV2Tools } from "../security/tool-servers.ts";
import { type CallOptions, callerOf, legacyRequest, modernCall, textOf } from "../support/messages.ts";

const ada = { authorization: "Bearer ada" };
const [message, { headers: own }] = modernCall("tools/call", { name: "read", arguments: { note: "canary" } });
const call: CallOptions = { headers: { ...own, ...ada } };
const withHeaders = (headers: Readonly<Record<string, string>>): CallOptions => ({
  headers: { ...own, ...ada, ...headers },
});
const list = legacyRequest("tools/list");
const sessionless = legacyRequest("tools/call", { name: "read", arguments: {} });

/** A refusal: what is sent, its status, what its record says, and settings of the endpoint. */
type Refusal = [string, unknown, CallOptions, number, Partial<AuditRecord>, McpEndpointOptions?];

const REFUSALS: Refusal[] = [
  [
    "headers that are too large",
    message,
    withHeaders({ "x-large": "x".repeat(20_000) }),
    431,
    { reason: "headers_too_large" },
  ],
  [
    "a foreign Host",
    message,
    withHeaders({ host: "evil.example" }),
    403,
    { event: "access_denied", reason: "host_or_origin" },
    { allowedHosts: ["mcp.example"] },
  ],
  [
    "a foreign Origin",
    message,
    withHeaders({ origin: "https://evil.example" }),
    403,
    { event: "access_denied", reason: "host_or_origin" },
  ],
  ["no token", message, { headers: { ...own } }, 401, { event: "access_denied", reason: "unauthenticated" }],
  [
    "a token in the URL",
    message,
    { ...call, url: "/mcp?access_token=canary" },
    400,
    { event: "access_denied", reason: "malformed_credentials" },
  ],
  [
    "a body that is too large",
    message,
    { ...call, body: "x".repeat(5000) },
    413,
    { reason: "body_too_large", subject: "ada" },
    { maxBodyBytes: 4096 },
  ],
  [
    "a body of another type",
    message,
    withHeaders({ "content-type": "text/plain" }),
    415,
    { reason: "media_type", subject: "ada" },
  ],
  [
    "a body that is no JSON",
    message,
    { ...call, body: "{canary" },
    400,
    { reason: "malformed_request", errorCode: -32700, subject: "ada" },
  ],
  [
    "headers that contradict the body",
    message,
    withHeaders({ "mcp-name": "write" }),
    400,
    { subject: "ada", errorCode: -32020 },
  ],
  [
    "an unknown method",
    modernCall("tools/shout")[0],
    withHeaders({ "mcp-method": "tools/shout" }),
    404,
    { reason: "unknown_method", subject: "ada" },
  ],
  [
    "a session that is not there",
    list,
    { headers: { ...ada, "mcp-session-id": crypto.randomUUID() } },
    404,
    { reason: "unknown_session", errorCode: -32001, subject: "ada" },
  ],
  ["a call without its session", sessionless, { headers: ada }, 400, { reason: "malformed_request", subject: "ada" }],
  [
    "a GET in a session that is not there",
    undefined,
    { method: "GET", headers: { ...ada, "mcp-session-id": "x" } },
    404,
    { reason: "unknown_session", subject: "ada" },
  ],
  [
    "a DELETE of a session that is not there",
    undefined,
    { method: "DELETE", headers: { ...ada, "mcp-session-id": "x" } },
    404,
    { reason: "unknown_session", subject: "ada" },
  ],
  [
    "a method of HTTP that is not served",
    undefined,
    { method: "PUT", headers: ada },
    405,
    { reason: "method_not_allowed", subject: "ada" },
  ],
  [
    "a scope that is lacking",
    message,
    call,
    403,
    { event: "access_denied", reason: "insufficient_scope", scopes: ["notes"], tool: "read" },
    { requiredScopes: ["notes"] },
  ],
];

test.each<Refusal>(REFUSALS)(
  "%s is refused, and recorded once",
  async (_what, sent, options, status, expected, settings = {}) => {
    const records: AuditRecord[] = [];
    const server = {
      createServer: () => createV2Tools([]),
      verifier: anyUser,
      audit: (record: AuditRecord) => void records.push(record),
    };
    const at = callerOf(createMcpEndpoint(server, { logLevel: "silent", store: createMemoryStore(), ...settings }));
    const response = await at(sent, options);
    await textOf(response);
    expect(response.status).toBe(status);
    const isCall = expected.tool !== undefined;
    expect(records).toMatchObject([
      { event: "request_refused", decision: "deny", outcome: "refused", requestId: "test", ...expected },
    ]);
    expect(Object.hasOwn(records[0] ?? {}, "tool")).toBe(isCall);
    expect(JSON.stringify(records)).not.toContain("canary");
  },
);

test("too many requests are recorded, of an address and of a caller", async () => {
  for (const of of ["address", "principal"] as const) {
    const records: AuditRecord[] = [];
    const server = {
      createServer: () => createV2Tools([]),
      verifier: anyUser,
      audit: (record: AuditRecord) => void records.push(record),
    };
    const rateLimits = [{ of, limit: 1, windowSeconds: 60 }];
    const at = callerOf(createMcpEndpoint(server, { logLevel: "silent", store: createMemoryStore(), rateLimits }));
    const invocation = { clientIp: "203.0.113.7" };
    const statuses = [];
    for (let count = 0; count < 2; count++) {
      const response = await at(message, { ...call, invocation });
      statuses.push(response.status);
      await textOf(response);
    }
    expect(statuses).toEqual([200, 429]);
    expect(records.at(-1)).toMatchObject({ event: "rate_limited", outcome: "rate_limited", reason: "rate_limit" });
    expect(records.at(-1)?.subject).toBe(of === "principal" ? "ada" : undefined);
  }
});

test("requests that use nothing and are served have no record, nor have paths that are not the endpoint", async () => {
  const records: AuditRecord[] = [];
  const server = {
    createServer: () => createV2Tools([]),
    verifier: anyUser,
    audit: (record: AuditRecord) => void records.push(record),
  };
  const at = callerOf(createMcpEndpoint(server, { logLevel: "silent" }));
  await textOf(await at(list, { headers: ada }));
  await textOf(await at(undefined, { method: "GET", url: "/health" }));
  await textOf(await at(undefined, { method: "GET", url: "/wp-login.php" }));
  expect(records).toEqual([]);
});
