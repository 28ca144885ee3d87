import { expect, test } from "vitest";
import type { HttpResponse } from "../../src/adapter.ts";
import { createAudit } from "../../src/audit/audit-log.ts";
import { ANYBODY, type Caller } from "../../src/auth/caller.ts";
import type { RequestContext } from "../../src/auth/request-context.ts";
import { type AuthorizeOptions, createAuthorize } from "../../src/authorization/authorize.ts";
import { cedarPolicy } from "../../src/authorization/cedar-policy.ts";
import type { AuditRecord } from "../../src/index.ts";
import { legacyRequest } from "../support/messages.ts";

const tooMany: HttpResponse = { status: 429, headers: { "retry-after": "9" } };
const ADA: Caller = { principal: "ada", scopes: [], claims: {} };
const challenge: HttpResponse = { status: 403, headers: {} };

/** An authorization whose tools are counted: each may be called once. */
function counted(options: Partial<AuthorizeOptions> = {}, caller: Caller = ADA) {
  const records: AuditRecord[] = [];
  const taken: string[] = [];
  const authorize = createAuthorize({
    rules: new Map(),
    hasCallers: true,
    hasScopes: true,
    challenges: { insufficientScope: () => challenge },
    audit: createAudit((record) => records.push(record)),
    maxOutputBytes: 1000,
    async takeTool(_requestContext, tool) {
      taken.push(tool);
      return taken.filter((name) => name === tool).length > 1 ? tooMany : undefined;
    },
    ...options,
  });
  const requestContext: RequestContext = {
    request: { method: "POST", url: "/mcp", headers: {} },
    invocation: { requestId: "test", canStream: true },
    logFields: {},
    caller,
    principal: caller.principal,
  };
  return { records, taken, authorize: (message: unknown) => authorize?.(requestContext, message) };
}

const call = (name: unknown, args: object = {}): object => legacyRequest("tools/call", { name, arguments: args });

test("a call that its caller may not make any more is refused and recorded", async () => {
  const { authorize, records } = counted();
  expect(await authorize(call("read"))).toHaveProperty("interceptor");
  expect(await authorize(call("read", { note: "canary" }))).toEqual({ refused: tooMany });
  expect(records).toMatchObject([
    {
      event: "rate_limited",
      tool: "read",
      decision: "deny",
      outcome: "rate_limited",
      reason: "rate_limit",
      arguments: { note: "[redacted]" },
    },
  ]);
});

test("no call of a batch is made when one of them is over its limit", async () => {
  const { authorize, records } = counted();
  expect(await authorize([call("read"), call("write"), call("read")])).toEqual({ refused: tooMany });
  expect(records.map(({ tool, outcome }) => `${tool} ${outcome}`)).toEqual([
    "read rate_limited",
    "write rate_limited",
    "read rate_limited",
  ]);
});

test("a denied call does not count, so that limits do not reveal which tools exist", async () => {
  const policy = cedarPolicy({ policies: 'permit(principal, action, resource == Mcp::Tool::"read");' });
  const { authorize, taken } = counted({ policy, rules: new Map([["read", { scopes: ["more"] }]]) });
  await authorize(call("write"));
  await authorize(call("read"));
  await authorize(call({ name: "read" }));
  expect(taken).toEqual([]);
});

test("only what a call brings along is looked at", async () => {
  const policy = cedarPolicy({ policies: "permit(principal, action, resource);" });
  const { authorize, taken } = counted({
    policy,
    rules: new Map([["read", { policyAttributes: ["constructor", "__proto__"] }]]),
  });
  await authorize(call("read"));
  expect(taken).toEqual(["read"]);
});

test("nobody in particular is not asked for scopes by a server that may not ask", async () => {
  const { authorize } = counted({ requiredScopes: ["mcp"] }, ANYBODY);
  for (const message of [call("read"), legacyRequest("prompts/get", { name: "p" })]) {
    expect(await authorize(message)).toEqual({ refused: challenge });
  }
});

test("a policy that throws, or whose answer is invalid, allows nothing", async () => {
  const broken = [
    () => {
      throw new Error("canary");
    },
    () => ({ allowed: "yes", policies: [] }),
    () => undefined,
    () => ({ allowed: true, policies: ["a"], failed: true }),
  ];
  for (const decide of broken) {
    const { authorize, records } = counted({ policy: { decide } as never });
    await authorize(call("read"));
    expect(records).toMatchObject([{ event: "access_denied", decision: "deny", tool: "read" }]);
    expect(JSON.stringify(records)).not.toContain("canary");
  }
});

test("a record holds no more of a tool's name than a name needs", async () => {
  const policy = cedarPolicy({ policies: "forbid(principal, action, resource);" });
  const { authorize, records } = counted({ policy });
  await authorize(call("n".repeat(1000)));
  expect(records.map(({ tool }) => tool)).toEqual(["n".repeat(128)]);
});

test.each([
  ["ping", legacyRequest("ping")],
  ["a notification", { jsonrpc: "2.0", method: "notifications/initialized" }],
  ["a reply", { jsonrpc: "2.0", id: 1, result: {} }],
  ["no message", null],
  ["a text", "tools/call"],
  ["an empty batch", []],
])("%s needs no guard where no scopes are asked for", async (_kind, message) => {
  expect(await counted().authorize(message)).toEqual({});
});

test.each([
  ["ping", legacyRequest("ping")],
  ["a notification", { jsonrpc: "2.0", method: "notifications/initialized" }],
  ["a reply", { jsonrpc: "2.0", id: 1, result: {} }],
  ["no message", null],
  ["a batch", [call("read")]],
])("%s is refused where the endpoint asks for scopes that the caller has not", async (_kind, message) => {
  expect(await counted({ requiredScopes: ["mcp"] }).authorize(message)).toEqual({ refused: challenge });
});
