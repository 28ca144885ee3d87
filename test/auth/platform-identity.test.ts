import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { platformIdentities as awsIdentities } from "../../adapters/aws/identity.ts";
import { platformIdentities as azureIdentities } from "../../adapters/azure/identity.ts";
import { googleIap } from "../../adapters/gcp/iap-identity.ts";
import { platformIdentities as gcpIdentities } from "../../adapters/gcp/identity.ts";
import type { Invocation, PlatformIdentityProvider } from "../../src/adapter.ts";
import { createMcpEndpoint, type FactoryContext, type McpEndpointOptions } from "../../src/index.ts";
import { instanceOf } from "../protocol-2026/instances.ts";
import { checkedIdToken, easyAuthHeaders } from "../security/identity-attacks.ts";
import { type LocalIssuer, startLocalIssuer } from "../security/local-issuer.ts";
import { type Caller, legacyRequest } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const callers: FactoryContext["caller"][] = [];

function open(
  platformIdentity: string,
  platformIdentities: readonly PlatformIdentityProvider[],
  options: McpEndpointOptions = {},
): Caller {
  const createServer = (context: FactoryContext) => {
    callers.push(context.caller);
    return createV2Server(context);
  };
  return instanceOf(createServer, { platformIdentity, platformIdentities, audit: "off", ...options });
}

/** The caller that the server learns of; undefined where it is not let in. */
async function callerFor(
  call: Caller,
  headers: Readonly<Record<string, string>>,
  invocation: Partial<Invocation> = {},
): Promise<FactoryContext["caller"] | undefined> {
  callers.splice(0);
  const { status } = await call(legacyRequest("tools/list"), { headers, invocation });
  expect([200, 403]).toContain(status);
  expect(callers).toHaveLength(status === 200 ? 1 : 0);
  return callers[0];
}

describe("a platform identity", () => {
  const attested: PlatformIdentityProvider = {
    kind: "badge",
    createReader: () => () => ({ issuer: "ingress", subject: "ada" }),
  };
  const tested: PlatformIdentityProvider = {
    ...attested,
    kind: "stamp",
    needsAudience: true,
    createReader:
      ({ audience }) =>
      async () => ({ issuer: "gate", subject: "ada", clientId: "7", scopes: ["in"], claims: { audience } }),
  };

  test("is the one that is configured, of those that the entry offers", async () => {
    const caller = await callerFor(open("badge", [tested, attested]), {});
    expect(caller).toEqual({
      principal: '["ingress","ada"]',
      issuer: "ingress",
      subject: "ada",
      scopes: [],
      claims: {},
    });
    const other = await callerFor(open("stamp", [tested, attested], { platformAudience: "a" }), {});
    expect(other).toMatchObject({ issuer: "gate", clientId: "7", scopes: ["in"], claims: { audience: "a" } });
  });

  test("has the scopes that tools ask for, or the start fails", () => {
    const server = { createServer: createV2Server, tools: { echo: { scopes: ["in"] } } };
    const start = (provider: PlatformIdentityProvider): unknown =>
      createMcpEndpoint(server, { platformIdentity: "badge", platformIdentities: [provider] });
    expect(start({ ...attested, hasScopes: true })).toBeTypeOf("function");
    expect(() => start(attested)).toThrow("echo asks for scopes, which only tokens have");
  });

  test("that names its caller by an empty text lets nobody in: all of those would be one caller", async () => {
    const nameless = { ...attested, createReader: () => () => ({ issuer: "ingress", subject: "" }) };
    expect(await callerFor(open("badge", [nameless]), {})).toBeUndefined();
  });

  test("that does not read a caller lets nobody in", async () => {
    expect(await callerFor(open("badge", [{ ...attested, createReader: () => () => undefined }]), {})).toBeUndefined();
  });

  test.each<[string, string, PlatformIdentityProvider[], McpEndpointOptions, string]>([
    ["is offered by nobody", "badge", [], {}, "is badge, and this entry offers none: pass createMcpEndpoint"],
    ["another entry offers", "badge", [tested], {}, "is badge, and this entry offers stamp: set one of those"],
    ["is empty", "", [attested], {}, "is , and this entry offers badge"],
    ["is offered twice", "badge", [attested, attested], {}, "platformIdentities holds badge 2 times"],
    ["lacks its audience", "stamp", [tested], {}, "stamp needs MCP_ANYCLOUD_PLATFORM_AUDIENCE"],
    ["has an audience it does not check", "badge", [attested], { platformAudience: "a" }, "badge does not check it"],
  ])("that %s fails at the start", (_what, kind, offered, options, because) => {
    const start = (): unknown => open(kind, offered, options);
    expect(start).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(start).toThrow(because);
  });
});

describe("aws-iam", () => {
  const call = open("aws-iam", awsIdentities);
  const userArn = "arn:aws:sts::123456789012:assumed-role/notes";

  test("is whom the event names", async () => {
    const identity = { issuer: "aws-iam", subject: userArn, claims: { accountId: "123456789012" } };
    expect(await callerFor(call, {}, { identity })).toMatchObject({ ...identity, scopes: [] });
    const other = { ...identity, subject: `${userArn}2` };
    const principals = [await callerFor(call, {}, { identity }), await callerFor(call, {}, { identity: other })];
    expect(new Set(principals.map((caller) => caller?.principal)).size).toBe(2);
  });

  test("is nobody without it, whatever headers say", async () => {
    expect(
      await callerFor(call, { "x-amzn-iam-user-arn": userArn, authorization: "AWS4-HMAC-SHA256 x" }),
    ).toBeUndefined();
    expect(await callerFor(call, {}, { identity: { issuer: "other", subject: userArn } })).toBeUndefined();
  });
});

describe("azure-easy-auth", () => {
  const call = open("azure-easy-auth", azureIdentities);
  const claims = [
    { typ: "iss", val: "https://login.microsoftonline.com/t/v2.0" },
    { typ: "groups", val: "readers" },
    { typ: "groups", val: "writers" },
    { typ: "scp", val: "Notes.Read Notes.Write" },
    { typ: "azp", val: "client-1" },
  ];
  const headers = Object.fromEntries(easyAuthHeaders("object-1", claims));

  test("is whom App Service names", async () => {
    expect(await callerFor(call, headers)).toMatchObject({
      issuer: "https://login.microsoftonline.com/t/v2.0",
      subject: "object-1",
      clientId: "client-1",
      scopes: ["Notes.Read", "Notes.Write"],
      claims: { groups: ["readers", "writers"] },
    });
    const plain = Object.fromEntries(easyAuthHeaders("object-1"));
    expect(await callerFor(call, plain)).toMatchObject({ issuer: "aad", subject: "object-1", scopes: [] });
  });

  test("is offered on Azure alone: elsewhere clients write such headers", () => {
    for (const elsewhere of [awsIdentities, gcpIdentities]) {
      expect(() => open("azure-easy-auth", elsewhere)).toThrow("MCP_ANYCLOUD_PLATFORM_IDENTITY is azure-easy-auth");
    }
  });

  test.each([
    ["no header", {}],
    ["a name alone", { "x-ms-client-principal-id": "object-1", "x-ms-client-principal-name": "ada" }],
    ["a principal without id", { ...headers, "x-ms-client-principal-id": "" }],
    ["two ids", { ...headers, "x-ms-client-principal-id": "admin, object-1" }],
    ["two principals", { ...headers, "x-ms-client-principal": `${headers["x-ms-client-principal"]}, e30=` }],
    ["a principal that is no JSON", { ...headers, "x-ms-client-principal": btoa("{") }],
    ["a principal that says nothing", { ...headers, "x-ms-client-principal": btoa("{}") }],
    ["null", { ...headers, "x-ms-client-principal": btoa("null") }],
  ])("is nobody with %s", async (_what, sent) => {
    expect(await callerFor(call, sent)).toBeUndefined();
  });
});

describe("google-iam", () => {
  vi.stubEnv("K_SERVICE", "mcp");
  const call = open("google-iam", gcpIdentities);
  vi.unstubAllEnvs();
  const token = checkedIdToken("117", { email: "bot@p.iam.gserviceaccount.com", azp: "117" });

  test("is whom the token names that Cloud Run has checked", async () => {
    const expected = { issuer: "https://accounts.google.com", subject: "117", claims: { email: expect.any(String) } };
    expect(await callerFor(call, { authorization: `Bearer ${token}` })).toMatchObject(expected);
    // The one that it checks, where there are two.
    const both = {
      "x-serverless-authorization": `bearer ${token}`,
      authorization: `Bearer ${checkedIdToken("admin")}`,
    };
    expect(await callerFor(call, both)).toMatchObject(expected);
  });

  test.each([
    ["a signature that nobody has checked", token.replace("SIGNATURE_REMOVED_BY_GOOGLE", "AAAA")],
    ["no signature", token.replace("SIGNATURE_REMOVED_BY_GOOGLE", "")],
    ["another issuer", checkedIdToken("117", { iss: "https://evil.example" })],
    ["a token that has expired", checkedIdToken("117", { exp: 1 })],
    ["nobody's token", checkedIdToken("")],
    ["claims that are none", `e30.${btoa("null")}.SIGNATURE_REMOVED_BY_GOOGLE`],
  ])("is nobody with %s", async (_what, sent) => {
    expect(await callerFor(call, { authorization: `Bearer ${sent}` })).toBeUndefined();
  });

  test("is nobody off Cloud Run, where clients write such tokens", async () => {
    vi.stubEnv("K_SERVICE", undefined);
    const elsewhere = open("google-iam", gcpIdentities);
    vi.unstubAllEnvs();
    expect(await callerFor(elsewhere, { authorization: `Bearer ${token}` })).toBeUndefined();
  });
});

describe("google-iap", () => {
  const audience = "/projects/1/global/backendServices/2";
  let google: LocalIssuer;
  let call: Caller;
  beforeAll(async () => {
    google = await startLocalIssuer({ issuer: "https://cloud.google.com/iap", algorithm: "ES256" });
    call = open("google-iap", [googleIap({ keysUrl: google.jwksUri })], { platformAudience: audience });
  });
  afterAll(() => google?.close());
  const claims = { sub: "accounts.google.com:1", email: "ada@example.com", aud: audience };
  const callerWith = (assertion: string): ReturnType<typeof callerFor> =>
    callerFor(call, { "x-goog-iap-jwt-assertion": assertion });

  test("is whom a signed assertion names", async () => {
    const caller = await callerWith(await google.sign(claims));
    expect(caller).toMatchObject({ issuer: google.url, subject: claims.sub, claims: { email: claims.email } });
    expect(caller).not.toHaveProperty("clientId");
  });

  test("is nobody with an assertion for another service, of another issuer, or that was made up", async () => {
    expect(await callerWith(await google.sign({ ...claims, aud: `${audience}2` }))).toBeUndefined();
    expect(await callerWith(await google.sign({ ...claims, iss: "https://evil.example" }))).toBeUndefined();
    expect(await callerWith(await google.sign({ ...claims, exp: 1 }))).toBeUndefined();
    expect(await callerWith(checkedIdToken("admin", { iss: google.url, aud: audience }))).toBeUndefined();
    const headers = { "x-goog-authenticated-user-id": "accounts.google.com:1" };
    expect(await callerFor(call, headers)).toBeUndefined();
  });

  test("refuses at the start an audience that the proxy never signs for", () => {
    const start = (): unknown => open("google-iap", gcpIdentities, { platformAudience: "my-service" });
    expect(start).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(start).toThrow('MCP_ANYCLOUD_PLATFORM_AUDIENCE is "my-service"');
  });

  test("lets nobody in while the keys cannot be had", async () => {
    google.become("breaks");
    const closed = open("google-iap", [googleIap({ keysUrl: google.jwksUri })], { platformAudience: audience });
    const headers = { "x-goog-iap-jwt-assertion": await google.sign(claims) };
    expect(await closed(legacyRequest("tools/list"), { headers })).toMatchObject({
      status: 503,
      headers: { "retry-after": "5" },
    });
    google.become("up");
  });
});
