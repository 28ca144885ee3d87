import { OAuthError, OAuthErrorCode, type OAuthTokenVerifier } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import type { RequestRecord } from "../../src/adapter.ts";
import {
  createMcpEndpoint,
  createMemoryStore,
  type FactoryContext,
  type McpEndpointOptions,
  type ServerDefinition,
} from "../../src/index.ts";
import { instanceOf } from "../protocol-2026/instances.ts";
import { type Caller, callerOf, legacyRequest } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const callers: FactoryContext["caller"][] = [];

/** An endpoint whose verifier does what the test says. */
function open(verifyAccessToken: OAuthTokenVerifier["verifyAccessToken"], options: McpEndpointOptions = {}): Caller {
  const createServer = (context: FactoryContext) => {
    callers.push(context.caller);
    return createV2Server(context);
  };
  return instanceOf(createServer, { verifier: { verifyAccessToken }, audit: "off", ...options });
}

const list = legacyRequest("tools/list");
const authorization = "Bearer abc";
const expiresAt = Date.now() / 1000 + 600;

test("a server's own verifier is handed the token, and says who calls", async () => {
  const call = open(async (token) => ({
    token,
    clientId: `client of ${token}`,
    scopes: ["a"],
    expiresAt,
    extra: { iss: "https://i.example", sub: "ada", role: "editor" },
  }));
  expect((await call(list, { headers: { authorization: "bearer abc" } })).status).toBe(200);
  expect(callers.pop()).toEqual({
    principal: '["https://i.example","ada"]',
    issuer: "https://i.example",
    subject: "ada",
    clientId: "client of abc",
    scopes: ["a"],
    claims: { iss: "https://i.example", sub: "ada", role: "editor" },
  });
});

test.each([
  [OAuthErrorCode.InvalidToken, 401, 'Bearer error="invalid_token", error_description="no such token"'],
  [OAuthErrorCode.InsufficientScope, 403, 'Bearer error="insufficient_scope", error_description="no such token"'],
  [OAuthErrorCode.InvalidRequest, 400, 'Bearer error="invalid_request", error_description="no such token"'],
  [OAuthErrorCode.ServerError, 500, undefined],
])("%s becomes %i", async (code, status, challenge) => {
  const call = open(async () => {
    throw new OAuthError(code, 'no "such" token\r\n');
  });
  const response = await call(list, { headers: { authorization } });
  expect([response.status, response.headers["www-authenticate"]]).toEqual([status, challenge]);
});

test("a verifier's failure is reported to the operator, and not to the client", async () => {
  const records: RequestRecord[] = [];
  const log = (record: RequestRecord): void => void records.push(record);
  const call = open(
    async () => {
      throw new Error("database away");
    },
    { log, logLevel: "info" },
  );
  const response = await call(list, { headers: { authorization } });
  expect(response).toMatchObject({ status: 500, body: expect.not.stringContaining("database") });
  expect(records[0]?.error).toContain("database away");
});

test("a verifier that never answers keeps nobody past the deadline", async () => {
  const records: RequestRecord[] = [];
  const call = open(() => new Promise<never>(() => {}), {
    log: (record) => void records.push(record),
    logLevel: "info",
  });
  const time = new AbortController();
  const answer = call(list, { headers: { authorization }, invocation: { deadline: time.signal } });
  time.abort();
  expect(await answer).toMatchObject({ status: 504, body: expect.stringContaining("it was known who calls") });
  expect(records).toMatchObject([{ outcome: "timed_out" }]);
});

test.each([
  ["without end", { expiresAt: undefined }],
  ["that has expired", { expiresAt: 1 }],
  ["for another resource", { resource: new URL("https://other.example/mcp") }],
])("a token %s is refused, though the verifier took it", async (_what, more) => {
  const call = open(async (token) => ({ token, clientId: "c", scopes: [], expiresAt, ...more }) as never, {
    publicUrl: "https://mcp.example/mcp",
  });
  expect((await call(list, { headers: { authorization } })).status).toBe(401);
});

describe("the caller of a token without a subject", () => {
  const extras = [undefined, {}, { sub: "" }, { sub: null }, { sub: 7 }, { sub: {} }, { sub: ["ada"] }];

  test.each(extras)("is refused, and the answer says what is missing: %j", async (extra) => {
    const call = open(async (token) => ({ token, clientId: "c", scopes: [], expiresAt, ...(extra && { extra }) }));
    const { status, headers } = await call(list, { headers: { authorization } });
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toContain("return extra.sub, or the server declare principalOf");
  });

  test("is whom principalOf names, and sessions, handles and limits belong to that name", async () => {
    const seen: FactoryContext["caller"][] = [];
    const createServer = (context: FactoryContext) => {
      seen.push(context.caller);
      return createV2Server(context);
    };
    const verifyAccessToken = async (token: string) => ({ token, clientId: `app ${token}`, scopes: [], expiresAt });
    const principalOf: ServerDefinition["principalOf"] = ({ clientId }) => clientId;
    const server = { createServer, verifier: { verifyAccessToken }, principalOf };
    const call = callerOf(createMcpEndpoint(server, { audit: "off", logLevel: "silent" }));
    for (const token of ["one", "two"]) await call(list, { headers: { authorization: `Bearer ${token}` } });
    expect(seen).toMatchObject([
      { principal: '["","app one"]', subject: "app one" },
      { principal: '["","app two"]', subject: "app two" },
    ]);
  });

  test.each<[string, unknown]>([
    ["an empty text", ""],
    ["nothing", undefined],
    ["a number", 7],
  ])("is refused where principalOf names %s", async (_what, named) => {
    const verifyAccessToken = async (token: string) => ({ token, clientId: "c", scopes: [], expiresAt });
    const principalOf = () => named as string;
    const server = { createServer: createV2Server, verifier: { verifyAccessToken }, principalOf };
    const call = callerOf(createMcpEndpoint(server, { audit: "off", logLevel: "silent" }));
    expect((await call(list, { headers: { authorization } })).status).toBe(401);
  });

  test("has no name of principalOf without a verifier: that fails at the start", () => {
    const server = { createServer: createV2Server, principalOf: () => "ada" };
    expect(() => createMcpEndpoint(server)).toThrow("principalOf names the callers of a verifier");
  });
});

test("a token that is bound to a key is refused, though the verifier took it", async () => {
  const extra = { sub: "ada", cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } };
  const call = open(async (token) => ({ token, clientId: "c", scopes: [], expiresAt, extra }));
  const { status, headers } = await call(list, { headers: { authorization } });
  expect(status).toBe(401);
  expect(headers["www-authenticate"]).toContain("The token is bound to a key");
});

test("required scopes hold for every request, also for those without a message", async () => {
  const scoped = (scopes: string[]): Caller =>
    open(async (token) => ({ token, clientId: "c", scopes, expiresAt, extra: { sub: "ada" } }), {
      requiredScopes: ["notes", "mcp"],
      store: createMemoryStore(),
    });
  for (const method of ["POST", "GET", "DELETE"]) {
    const refused = await scoped(["notes"])(list, { method, headers: { authorization } });
    expect(refused).toMatchObject({
      status: 403,
      headers: { "www-authenticate": expect.stringContaining('error="insufficient_scope"') },
    });
    expect(refused.headers["www-authenticate"]).toContain('scope="notes mcp"');
    const { status } = await scoped(["mcp", "notes"])(list, { method, headers: { authorization } });
    expect(status).not.toBe(403);
  }
});
