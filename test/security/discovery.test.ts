import { discoverOAuthProtectedResourceMetadata } from "@modelcontextprotocol/client";
import { describe, expect, test } from "vitest";
import { platformIdentities } from "../../adapters/aws/identity.ts";
import { createMcpEndpoint, defineServer, type McpEndpointOptions, toFetch } from "../../src/index.ts";
import { anyUser, instanceOf } from "../protocol-2026/instances.ts";
import { type Caller, callerOf, legacyRequest } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const issuers = [{ issuer: "https://a.example/" }, { issuer: "https://b.example/realms/x" }];

const secured = (options: McpEndpointOptions): Caller =>
  instanceOf(createV2Server, { tokenIssuers: issuers, audit: "off", ...options });

const get = (call: Caller, url: string, headers = {}): ReturnType<Caller> =>
  call(undefined, { method: "GET", url, headers, body: "" });

const challengeOf = async (call: Caller): Promise<string | undefined> =>
  (await call(legacyRequest("tools/list"))).headers["www-authenticate"];

describe("the metadata of a protected resource", () => {
  test("say what it is and who issues tokens for it, at the root and before the path", async () => {
    const call = secured({ publicUrl: "https://mcp.example/mcp", requiredScopes: ["notes"] });
    for (const url of [WELL_KNOWN, `${WELL_KNOWN}/mcp`, `${WELL_KNOWN}?x=1`]) {
      const { status, headers, body } = await get(call, url);
      expect(status).toBe(200);
      expect(headers).toMatchObject({ "content-type": "application/json", "access-control-allow-origin": "*" });
      expect(JSON.parse(String(body))).toEqual({
        resource: "https://mcp.example/mcp",
        authorization_servers: ["https://a.example/", "https://b.example/realms/x"],
        scopes_supported: ["notes"],
        bearer_methods_supported: ["header"],
      });
    }
    expect((await get(call, `${WELL_KNOWN}/other`)).status).toBe(404);
  });

  test.each([
    ["those of every request", ["notes"], ["notes"]],
    ["none where every request needs none", [], undefined],
  ])("name no scopes of single tools, which may be hidden: %s", async (_what, requiredScopes, named) => {
    const tools = { echo: { scopes: ["notes:echo"] } };
    const server = defineServer({ createServer: createV2Server, tools });
    const call = callerOf(
      createMcpEndpoint(server, {
        tokenIssuers: issuers,
        publicUrl: "https://mcp.example/mcp",
        requiredScopes,
        logLevel: "silent",
        audit: "off",
      }),
    );
    expect(JSON.parse(String((await get(call, WELL_KNOWN)).body)).scopes_supported).toEqual(named);
    const asked = named ? `scope="${named.join(" ")}", ` : "";
    expect(await challengeOf(call)).toBe(`Bearer ${asked}resource_metadata="https://mcp.example${WELL_KNOWN}/mcp"`);
  });

  test.each([
    // All paths of a REST API begin with its stage, and other paths of its host do not lead here.
    ["https://api.example/prod/mcp", "/mcp", "https://api.example/prod/.well-known/oauth-protected-resource/mcp"],
    ["https://mcp.example/mcp", "/mcp", "https://mcp.example/.well-known/oauth-protected-resource/mcp"],
    ["https://mcp.example/", "/mcp", "https://mcp.example/.well-known/oauth-protected-resource"],
    ["https://mcp.example", "/mcp", "https://mcp.example/.well-known/oauth-protected-resource"],
    ["https://mcp.example/", "/", "https://mcp.example/.well-known/oauth-protected-resource"],
    ["https://mcp.example", "/", "https://mcp.example/.well-known/oauth-protected-resource"],
    ["https://mcp.example/a/b", "/a/b", "https://mcp.example/.well-known/oauth-protected-resource/a/b"],
    // A proxy with names of its own.
    ["https://mcp.example/notes", "/mcp", "https://mcp.example/.well-known/oauth-protected-resource/notes"],
  ])("of %s, served at %s, are at %s", async (publicUrl, path, url) => {
    const call = secured({ publicUrl, path });
    const { headers } = await call(legacyRequest("tools/list"), { url: path });
    expect(headers["www-authenticate"]).toBe(`Bearer resource_metadata="${url}"`);
    const behindStage = new URL(url).pathname.replace("/prod", "");
    expect(JSON.parse(String((await get(call, behindStage)).body)).resource).toBe(publicUrl);
  });

  test.each(["https://app.example", "https://anybody.example", "null", undefined])(
    "answer a page of the origin %s, and its preflight",
    async (origin) => {
      const call = secured({ publicUrl: "https://mcp.example/mcp", allowedOrigins: ["https://app.example"] });
      const headers = { ...(origin && { origin }), "access-control-request-headers": "mcp-protocol-version" };
      const document = await get(call, WELL_KNOWN, headers);
      expect([document.status, document.headers["access-control-allow-origin"]]).toEqual([200, "*"]);
      const head = await call(undefined, { method: "HEAD", url: WELL_KNOWN, headers });
      expect(head).toEqual({ status: 200, headers: document.headers });
      expect(await call(undefined, { method: "OPTIONS", url: WELL_KNOWN, headers })).toMatchObject({
        status: 204,
        headers: { "access-control-allow-headers": "mcp-protocol-version", "access-control-allow-origin": "*" },
      });
      expect(await call(undefined, { method: "POST", url: WELL_KNOWN })).toMatchObject({ status: 405 });
    },
  );

  test.each<[string, McpEndpointOptions]>([
    ["without tokens", { publicUrl: "https://mcp.example/mcp" }],
    ["without a public URL", { tokenIssuers: [{ issuer: "https://a.example", audiences: ["a"] }] }],
    [
      "where the platform attests callers",
      { publicUrl: "https://mcp.example/mcp", platformIdentity: "aws-iam", platformIdentities },
    ],
  ])("are not there %s, and no challenge names them", async (_what, options) => {
    const call = instanceOf(createV2Server, { audit: "off", ...options });
    expect((await get(call, WELL_KNOWN)).status).toBe(404);
    expect((await challengeOf(call)) ?? "").not.toContain("resource_metadata");
  });

  test("name the authorization servers that a server with its own verifier names", async () => {
    const server = { createServer: createV2Server, verifier: anyUser, authorizationServers: ["https://own.example"] };
    const call = callerOf(
      createMcpEndpoint(server, { publicUrl: "https://mcp.example/mcp", logLevel: "silent", audit: "off" }),
    );
    expect((await get(call, WELL_KNOWN)).body).toContain('"authorization_servers":["https://own.example"]');
    expect(await challengeOf(call)).toBe(
      'Bearer resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"',
    );
  });

  test("are found by the SDK's client", async () => {
    const handler = createMcpEndpoint(createV2Server, {
      tokenIssuers: issuers,
      publicUrl: "https://mcp.example/mcp",
      logLevel: "silent",
      audit: "off",
    });
    const serve = toFetch(handler);
    const found = await discoverOAuthProtectedResourceMetadata("https://mcp.example/mcp", {}, (url, init) =>
      serve(new Request(url, init)),
    );
    expect(found).toMatchObject({ resource: "https://mcp.example/mcp" });
  });
});
