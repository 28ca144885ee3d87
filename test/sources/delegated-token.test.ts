import { McpServer, OAuthError, OAuthErrorCode } from "@modelcontextprotocol/server";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createMcpEndpoint, createMemoryStore, defineServer, toFetch } from "../../src/index.ts";
import { type DelegationOptions, delegatedToken, gateway, remote } from "../../src/sources/sources.ts";
import { type ExchangeServer, startExchangeServer } from "./exchange-server.ts";
import { callText, connectTo } from "./source-client.ts";

const QUIET = { logLevel: "silent", audit: "off" } as const;
const SECRET = "a secret: with % and +";

let issuer: ExchangeServer;
beforeAll(async () => {
  issuer = await startExchangeServer();
});
afterAll(() => issuer.close());
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Takes tokens for one audience. */
const verifierFor = (audience: string) => ({
  async verifyAccessToken(token: string) {
    const sub = issuer.userOf(token, audience);
    if (sub === undefined) throw new OAuthError(OAuthErrorCode.InvalidToken, "The token is not for this server.");
    return { token, clientId: "gateway", scopes: [], expiresAt: Date.now() / 1000 + 600, extra: { sub } };
  },
});

/** A gateway whose upstream knows callers by tokens of their own, and what the upstream was shown. */
function start(options: Partial<DelegationOptions> = {}) {
  vi.stubEnv("GATEWAY_SECRET", SECRET);
  vi.spyOn(console, "error").mockImplementation(() => {});
  const createServer = ({ caller }: { readonly caller: { readonly subject?: string; readonly principal: string } }) => {
    const server = new McpServer({ name: "crm", version: "1.0.0" });
    server.registerTool("whoami", {}, async () => ({
      content: [{ type: "text", text: `you are ${caller.subject ?? caller.principal}` }],
    }));
    return server;
  };
  const serve = toFetch(createMcpEndpoint(defineServer({ createServer, verifier: verifierFor("crm") }), QUIET));
  const shown: (string | null)[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const request = new Request(url, init);
    shown.push(request.headers.get("authorization"));
    return serve(request, { canStream: true, clientIp: "127.0.0.1" });
  };
  const credentials = delegatedToken({
    tokenEndpoint: issuer.tokenEndpoint,
    clientId: "gateway",
    clientSecretVariable: "GATEWAY_SECRET",
    audience: "crm",
    ...options,
  });
  const source = gateway(
    { crm: remote("http://127.0.0.1/mcp", { fetch: fetch as never, credentials }) },
    { verifier: verifierFor("gateway") },
  );
  const handler = createMcpEndpoint(source, { store: createMemoryStore(), ...QUIET });
  const connect = (token: string) =>
    connectTo(handler, "2026-07-28", { headers: { authorization: `Bearer ${token}` } });
  const whoami = async (token: string): Promise<string> => callText(await connect(token), "crm_whoami");
  return { shown, whoami };
}

test("each caller acts as itself, by a token that is exchanged once", async () => {
  const { shown, whoami } = start();
  const [ada, bob] = [issuer.issue("ada"), issuer.issue("bob")];
  const before = issuer.exchanges();
  for (let n = 0; n < 3; n++) {
    expect(await Promise.all([whoami(ada), whoami(bob)])).toEqual(["you are ada", "you are bob"]);
  }
  expect(issuer.exchanges() - before).toBe(2);
  expect(shown.length).toBeGreaterThan(0);
  for (const header of shown) expect([`Bearer ${ada}`, `Bearer ${bob}`, null]).not.toContain(header);
});

test("another token of the same caller is exchanged anew: what is kept is for one token", async () => {
  const { whoami } = start();
  const before = issuer.exchanges();
  for (const token of [issuer.issue("ada"), issuer.issue("ada")]) {
    expect(await whoami(token)).toBe("you are ada");
  }
  expect(issuer.exchanges() - before).toBe(2);
});

test.each([
  ["another audience", { audience: "billing" }],
  ["another client's secret", { clientSecretVariable: "WRONG_SECRET" }],
  ["a client that is unknown", { clientId: "stranger" }],
  ["a token endpoint that is none", { tokenEndpoint: "http://127.0.0.1:1/token" }],
] as const)("nothing is sent to the upstream with %s", async (_name, options) => {
  vi.stubEnv("WRONG_SECRET", "guessed");
  const { shown, whoami } = start(options);
  const answer = await whoami(issuer.issue("ada"));
  expect(answer).toMatch(/gives none for this caller|gave no answer that can be read/);
  expect(shown).toEqual([]);
});

test("a token that was revoked since is not exchanged, and one for the upstream is no token for the gateway", async () => {
  const { whoami } = start();
  const revoked = issuer.issue("ada");
  issuer.revoke(revoked);
  await expect(whoami(revoked)).rejects.toThrow();
  await expect(whoami(issuer.issue("ada", "crm"))).rejects.toThrow();
});

test("an issuer that gives the caller's own token back, or no bearer token, is not believed", async () => {
  for (const answer of [
    (subject: string) => ({ access_token: subject, token_type: "Bearer", expires_in: 600 }),
    () => ({ access_token: "", token_type: "Bearer" }),
    () => ({ access_token: "x", token_type: "DPoP" }),
    () => "not JSON",
  ]) {
    const fetch = async (_url: string, init: RequestInit) =>
      Response.json(answer(new URLSearchParams(String(init.body)).get("subject_token") ?? ""));
    const { shown, whoami } = start({ fetch: fetch as never });
    expect(await whoami(issuer.issue("ada"))).toMatch(/gives none for this caller/);
    expect(shown).toEqual([]);
  }
});

test.each([
  ["does not end", (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(16_384))],
  ["breaks off", (controller: ReadableStreamDefaultController) => controller.error(new TypeError("terminated"))],
] as const)("an issuer's answer that %s is not read to its end", async (_name, pull) => {
  let reads = 0;
  const body = () =>
    new ReadableStream({
      pull(controller) {
        reads++;
        pull(controller);
      },
    });
  const { shown, whoami } = start({ fetch: (async () => new Response(body())) as never });
  expect(await whoami(issuer.issue("ada"))).toMatch(/gave no answer that can be read/);
  expect(reads).toBeLessThan(20);
  expect(shown).toEqual([]);
});

test("an issuer that writes the time of a token as text is asked once, too", async () => {
  let asked = 0;
  const fetch = async () => {
    asked++;
    return Response.json({ access_token: issuer.issue("ada", "crm"), token_type: "Bearer", expires_in: "3599" });
  };
  const { whoami } = start({ fetch: fetch as never });
  const token = issuer.issue("ada");
  for (let call = 0; call < 3; call++) expect(await whoami(token)).toBe("you are ada");
  expect(asked).toBe(1);
});

test("on behalf of: the parameters of that flow", async () => {
  const sent: URLSearchParams[] = [];
  const fetch = async (_url: string, init: RequestInit) => {
    sent.push(new URLSearchParams(String(init.body)));
    return Response.json({ access_token: issuer.issue("ada", "crm"), token_type: "Bearer", expires_in: 600 });
  };
  const { whoami } = start({ fetch: fetch as never, grant: "on-behalf-of", scope: "api://crm/.default" });
  const token = issuer.issue("ada");
  expect(await whoami(token)).toBe("you are ada");
  expect(Object.fromEntries(sent[0] ?? [])).toMatchObject({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: token,
    requested_token_use: "on_behalf_of",
    scope: "api://crm/.default",
  });
});

test("is refused with one sentence: an endpoint that is not https, a secret that is missing", () => {
  const options = {
    tokenEndpoint: "http://issuer.example/token",
    clientId: "a",
    clientSecretVariable: "NO_SUCH_SECRET",
  };
  expect(() => delegatedToken(options)).toThrow("must be an https address");
  expect(() => delegatedToken({ ...options, tokenEndpoint: "https://issuer.example/token" })).toThrow("NO_SUCH_SECRET");
});
