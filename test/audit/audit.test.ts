import { describe, expect, test } from "vitest";
import { platformIdentities } from "../../adapters/aws/identity.ts";
import { cedarPolicy } from "../../src/authorization/cedar-policy.ts";
import { type AuditRecord, createMcpEndpoint } from "../../src/index.ts";
import { MODERN, ROUTES, type Who } from "../security/routes.ts";
import { createV2Tools } from "../security/tool-servers.ts";
import { callerOf, legacyRequest, messagesOf, modernCall, textOf } from "../support/messages.ts";

const ada: Who = { sub: "ada", clientId: "cli" };
const TRACE = "0af7651916cd43dd8448eb211c80319c";

describe.each(ROUTES)("through %s", (_name, route) => {
  const open = () => route.open({ tools: { read: { auditFields: ["note"] } } }, { maxOutputBytes: 2048 });

  test("a call is recorded once: who, what, and what became of it", async () => {
    const guarded = open();
    const params = { name: "read", arguments: { note: "public", secret: "canary" } };
    const invocation = { requestId: "request-7", clientIp: "203.0.113.7" };
    const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
    await textOf(await guarded.ask(ada, "tools/call", params, { headers, invocation }));
    expect(guarded.records).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        level: "info",
        message: "audit",
        event: "tool_call",
        requestId: "request-7",
        traceId: TRACE,
        clientIp: "203.0.113.7",
        principal: '["https://issuer.example","ada"]',
        issuer: "https://issuer.example",
        subject: "ada",
        clientId: "cli",
        tool: "read",
        decision: "allow",
        outcome: "ok",
        durationMs: expect.any(Number),
        arguments: { note: "public", secret: "[redacted]" },
      },
    ]);
    expect(JSON.stringify(guarded.records)).not.toContain("canary");
  });

  test.each([
    ["read", {}, { outcome: "ok" }],
    ["fail", {}, { outcome: "tool_error" }],
    ["big", { length: 4096 }, { outcome: "tool_error", reason: "output_limit" }],
    ["big_progress", { length: 4096 }, { outcome: "tool_error", reason: "output_limit" }],
    ["nothing", {}, { outcome: "unknown_tool", ...(route.sdk === 2 && { errorCode: -32602 }) }],
  ])("the outcome of %s %j is %j", async (tool, args, outcome) => {
    const guarded = open();
    await guarded.call(ada, tool, args);
    expect(guarded.records).toEqual([
      expect.objectContaining({ event: "tool_call", tool, decision: "allow", ...outcome }),
    ]);
  });

  // A session's server is brought to its state by messages with ids of ours.
  test.each([0, 1, "0", "1", "rehearsal 1", "replay 1", "initialize", ""])(
    "the id %j changes nothing about the outcome",
    async (id) => {
      const guarded = open();
      const params = { name: "fail", arguments: {} };
      const [message, options] = modernCall("tools/call", params);
      const call = route.era === "modern" ? (message as object) : legacyRequest("tools/call", params);
      const response = await guarded.send(ada, { ...call, id }, route.era === "modern" ? options : {});
      expect(await messagesOf(response)).toMatchObject([{ id, result: { isError: true } }]);
      expect(guarded.records).toEqual([expect.objectContaining({ tool: "fail", outcome: "tool_error" })]);
    },
  );

  test("only calls of tools are recorded", async () => {
    const guarded = open();
    await guarded.list(ada);
    expect(guarded.records).toEqual([]);
  });
});

test.each(ROUTES.filter(([, { sessions }]) => sessions))(
  "a call that is called off, through %s",
  async (_name, route) => {
    const guarded = route.open({});
    const hang = legacyRequest("tools/call", { name: "hang", arguments: {} });
    const pending = guarded.send(ada, hang);
    while (guarded.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(guarded.records).toEqual([]);
    await guarded.send(ada, { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: hang.id } });
    await textOf(await pending);
    await expect.poll(() => guarded.records).toMatchObject([{ tool: "hang", decision: "allow", outcome: "cancelled" }]);
  },
);

test("a 2026-07-28 call whose client leaves was cancelled", async () => {
  const guarded = MODERN.open({});
  const left = new AbortController();
  const pending = guarded.ask(ada, "tools/call", { name: "hang" }, { invocation: { signal: left.signal } });
  while (guarded.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  left.abort();
  await pending;
  expect(guarded.records).toMatchObject([{ tool: "hang", outcome: "cancelled" }]);
});

test.each(ROUTES)("a call that its platform stops is recorded before that, through %s", async (_name, route) => {
  const guarded = route.open({});
  const deadline = new AbortController();
  const invocation = { deadline: deadline.signal, exclusive: true };
  const pending = guarded.ask(ada, "tools/call", { name: "hang", arguments: {} }, { invocation });
  while (guarded.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  deadline.abort();
  expect(guarded.records).toMatchObject([{ tool: "hang", outcome: "cancelled", reason: "time_limit" }]);
  await textOf(await pending);
  expect(guarded.records).toHaveLength(1);
});

test("a decision names its policy, and one that fails says no more than that", async () => {
  const policy = cedarPolicy({
    policies: `
      @id("readers") permit(principal, action, resource == Mcp::Tool::"read");
      @id("small") permit(principal, action, resource == Mcp::Tool::"pay") when { context.amount < decimal("1.0").lessThan };`.replace(
      'decimal("1.0").lessThan',
      "10",
    ),
  });
  for (const [, route] of ROUTES) {
    const guarded = route.open({ policy, tools: { pay: { policyAttributes: ["amount"] } } });
    await guarded.call(ada, "read");
    await guarded.call(ada, "write");
    await guarded.call(ada, "pay", { amount: 5 });
    await guarded.call(ada, "pay", { amount: "canary" });
    expect(guarded.records).toMatchObject([
      { event: "tool_call", tool: "read", policyIds: ["readers"], outcome: "ok" },
      { event: "access_denied", tool: "write", reason: "policy", outcome: "refused" },
      { event: "tool_call", tool: "pay", policyIds: ["small"], outcome: "ok" },
      { event: "access_denied", tool: "pay", reason: "policy_failed", policyIds: ["small"], outcome: "refused" },
    ]);
    expect(JSON.stringify(guarded.records)).not.toContain("canary");
  }
});

test("a refused caller is recorded, without the credentials that were sent", async () => {
  for (const [name, route] of ROUTES) {
    const guarded = route.open({}, { requiredScopes: ["mcp"] });
    const headers = { authorization: "Bearer canary" };
    await guarded.ask(undefined, "tools/call", { name: "read" });
    await guarded.ask(undefined, "tools/call", { name: "read" }, { headers });
    const denied = { event: "access_denied", decision: "deny", outcome: "refused", reason: "unauthenticated" };
    // One more for each `initialize`, where there are sessions.
    expect(new Set(guarded.records.map(({ reason }) => reason)), name).toEqual(new Set(["unauthenticated"]));
    expect(guarded.records.at(-1)).toMatchObject(denied);
    expect(guarded.records.at(-1)).not.toHaveProperty("principal");
    expect(JSON.stringify(guarded.records)).not.toContain("canary");
  }
  const attested = ROUTES[0]?.[1].open({}, { isOpen: true, platformIdentity: "aws-iam", platformIdentities });
  expect((await attested?.ask(undefined, "tools/call", { name: "read" }))?.status).toBe(403);
  expect(attested?.records).toMatchObject([{ event: "access_denied", reason: "unauthenticated" }]);
  const guarded = ROUTES[2]?.[1].open({}, { requiredScopes: ["mcp"] });
  await guarded?.send(ada, undefined, { method: "DELETE" });
  expect(guarded?.records.at(-1)).toMatchObject({ reason: "insufficient_scope", subject: "ada" });
});

describe("whether there is an audit trail", () => {
  const recorded = async (rules: object, options: object, headers: Record<string, string> = {}): Promise<number> => {
    const records: AuditRecord[] = [];
    const { write } = process.stdout;
    process.stdout.write = (chunk) => {
      const text = String(chunk);
      if (text.includes('"message":"audit"')) records.push(JSON.parse(text));
      return true;
    };
    try {
      const endpoint = createMcpEndpoint(
        { createServer: () => createV2Tools([]), ...rules },
        { logLevel: "silent", ...options },
      );
      const [message, { headers: own }] = modernCall("tools/call", { name: "fail" });
      await textOf(await callerOf(endpoint)(message, { headers: { ...own, ...headers } }));
    } finally {
      process.stdout.write = write;
    }
    return records.length;
  };
  const policy = cedarPolicy({ policies: "permit(principal, action, resource);" });
  const verifier = {
    verifyAccessToken: async (token: string) => ({ token, clientId: "c", scopes: [], expiresAt: 4e9, extra: {} }),
  };
  const token = { authorization: "Bearer t" };

  test.each<[string, object, object, Record<string, string>, number]>([
    ["callers are not told apart", {}, {}, {}, 0],
    ["it is asked for", {}, { audit: "on" }, {}, 1],
    ["callers are told apart", { verifier }, {}, token, 1],
    ["callers are told apart, and it is not wanted", { verifier }, { audit: "off" }, token, 0],
    ["there is a policy", { policy }, {}, {}, 1],
  ])("when %s", async (_when, rules, options, headers, count) => {
    expect(await recorded(rules, options, headers)).toBe(count);
  });
});
