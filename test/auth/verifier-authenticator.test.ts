import { OAuthError, OAuthErrorCode, type OAuthTokenVerifier } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import type { RequestRecord } from "../../src/adapter.ts";
import { createMemoryStore, type FactoryContext, type McpEndpointOptions } from "../../src/index.ts";
import { instanceOf } from "../protocol-2026/instances.ts";
import { type Caller, legacyRequest } from "../support/messages.ts";
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

test("required scopes hold for every request, also for those without a message", async () => {
  const scoped = (scopes: string[]): Caller =>
    open(async (token) => ({ token, clientId: "c", scopes, expiresAt }), {
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
