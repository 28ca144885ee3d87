import { expect, test } from "vitest";
import { platformIdentities } from "../../adapters/gcp/identity.ts";
import { readConfig } from "../../src/adapter.ts";
import { createMcpEndpoint, defineServer, type McpEndpointOptions } from "../../src/index.ts";
import { anyUser } from "../protocol-2026/instances.ts";
import { createV2Server } from "../support/servers.ts";

const publicUrl = "https://mcp.example/mcp";
const issuer = "https://issuer.example";
const tokenIssuers = [{ issuer }];

test("issuers may be a list of URLs, or JSON with what differs", () => {
  const read = (MCP_ANYCLOUD_TOKEN_ISSUERS: string): unknown => readConfig({ MCP_ANYCLOUD_TOKEN_ISSUERS }).tokenIssuers;
  expect(read("https://a.example/,http://127.0.0.1:9000")).toEqual([
    { issuer: "https://a.example/" },
    { issuer: "http://127.0.0.1:9000" },
  ]);
  const entry = {
    issuer,
    audiences: ["a"],
    audienceClaim: "client_id",
    jwksUri: "https://issuer.example/keys",
    algorithms: ["RS256", "EdDSA"],
    scopeClaim: "roles",
    clientIdClaim: "cid",
    requiredClaims: { tid: "t", hd: ["a.example", "b.example"], email_verified: true },
  };
  expect(read(JSON.stringify([entry]))).toEqual([
    { ...entry, requiredClaims: { tid: ["t"], hd: ["a.example", "b.example"], email_verified: [true] } },
  ]);
});

test.each([
  ["no list", "{}"],
  ["no issuer", "[]"],
  ["broken JSON", "[{"],
  ["an empty place", "https://a.example,"],
  ["plain http", "http://issuer.example"],
  ["a query", "https://issuer.example?x=1"],
  ["a password", "https://ada:secret@issuer.example"],
  ["no URL", "issuer.example"],
  ["an issuer twice", `${issuer},${issuer}`],
  ["a misspelt field", JSON.stringify([{ issuer, audience: "a" }])],
  ["no audience at all", JSON.stringify([{ issuer, audiences: [] }])],
  ["keys on plain http", JSON.stringify([{ issuer, jwksUri: "http://issuer.example/keys" }])],
  ["HS256", JSON.stringify([{ issuer, algorithms: ["RS256", "HS256"] }])],
  ["none", JSON.stringify([{ issuer, algorithms: ["none"] }])],
])("issuers with %s are refused", (_what, MCP_ANYCLOUD_TOKEN_ISSUERS) => {
  expect(() => readConfig({ MCP_ANYCLOUD_TOKEN_ISSUERS })).toThrow("MCP_ANYCLOUD_TOKEN_ISSUERS must be https URLs");
});

test.each([
  "http://mcp.example/mcp",
  "https://mcp.example/mcp?x=1",
  "https://mcp.example/mcp#x",
  "mcp.example",
  "/mcp",
])("%s is no public URL", (MCP_ANYCLOUD_PUBLIC_URL) => {
  expect(() => readConfig({ MCP_ANYCLOUD_PUBLIC_URL })).toThrow("MCP_ANYCLOUD_PUBLIC_URL must be the https URL");
});

test.each([
  ["MCP_ANYCLOUD_PUBLIC_URL", "https://ada:canary@mcp.example/mcp?"],
  ["MCP_ANYCLOUD_TOKEN_ISSUERS", '[{"issuer":"https://ada:canary@login.example?"}]'],
])("what %s has of a password is not repeated", (variable, value) => {
  const read = (): unknown => readConfig({ [variable]: value });
  expect(read).toThrow(`${variable} must`);
  expect(read).not.toThrow(/canary/);
});

test.each(['say "hi"', "back\\slash", "Größe", ","])("%s is no scope", (MCP_ANYCLOUD_REQUIRED_SCOPES) => {
  expect(() => readConfig({ MCP_ANYCLOUD_REQUIRED_SCOPES })).toThrow("MCP_ANYCLOUD_REQUIRED_SCOPES must be scopes");
});

const verified = { verifier: anyUser };

test.each<[string, McpEndpointOptions, string]>([
  ["a verifier and issuers", { ...verified, tokenIssuers, publicUrl }, "are 2 ways to authenticate: keep one of them"],
  ["issuers and a platform", { tokenIssuers, publicUrl, platformIdentity: "aws-iam" }, "are 2 ways"],
  ["a verifier and a platform", { ...verified, platformIdentity: "google-iam" }, "are 2 ways"],
  ["issuers whose audience nobody knows", { tokenIssuers }, "needs MCP_ANYCLOUD_PUBLIC_URL, or audiences"],
  [
    "clients as audiences, without any",
    { tokenIssuers: [{ issuer, audienceClaim: "client_id" }], publicUrl },
    "needs audiences: the ids of the clients to let in",
  ],
  ["scopes that nobody has", { requiredScopes: ["notes"] }, "REQUIRED_SCOPES needs tokens to be in"],
  ["scopes of a platform", { requiredScopes: ["notes"], platformIdentity: "aws-iam" }, "needs tokens to be in"],
  ["a platform that the entry does not know", { platformIdentity: "aws-iam" }, "this entry offers none"],
  ["an audience that nobody checks", { platformAudience: "/projects/1" }, "PLATFORM_AUDIENCE is set"],
  ["trust domains that nobody checks", { trustDomains: ["cluster.local"] }, "TRUST_DOMAINS is set"],
  ["an endpoint in the metadata's place", { path: "/.well-known/mcp" }, "must not be /.well-known/mcp"],
  // The environment's reader refuses these two; options are checked only here.
  ["HS256 by way of an option", { tokenIssuers: [{ issuer, algorithms: ["HS256"] }], publicUrl }, "valid settings"],
  ["plain http by way of an option", { ...verified, publicUrl: "http://mcp.example/mcp" }, "not an https URL"],
])("%s fails at the start", (_what, options, because) => {
  const start = (): unknown => createMcpEndpoint(createV2Server, options);
  expect(start).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(start).toThrow(because);
});

test("authorization servers without a verifier, or a place to publish them, fail at the start", () => {
  const authorizationServers = [issuer];
  const server = defineServer({ createServer: createV2Server, authorizationServers });
  expect(() => createMcpEndpoint(server, { publicUrl })).toThrow("authorizationServers need a verifier");
  expect(() => createMcpEndpoint({ ...server, ...verified })).toThrow("authorizationServers need a verifier");
  expect(createMcpEndpoint({ ...server, ...verified }, { publicUrl })).toBeTypeOf("function");
});

test("every problem is told at once", () => {
  expect(() =>
    createMcpEndpoint(createV2Server, {
      ...verified,
      tokenIssuers,
      platformIdentity: "google-iap",
      platformIdentities,
    }),
  ).toThrow(/are 3 ways.*needs MCP_ANYCLOUD_PUBLIC_URL.*google-iap needs MCP_ANYCLOUD_PLATFORM_AUDIENCE/);
});
