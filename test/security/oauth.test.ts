import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuthorizationServer, startAuthorizationServer } from "./authorization-server.ts";
import { connectV1, connectV2 } from "./oauth-clients.ts";
import { INGRESSES, type SecuredIngress, startSecured } from "./secured-ingresses.ts";

const PUBLIC_URL = "https://mcp.example/mcp";
const CLIENTS = [
  ["SDK v1", connectV1],
  ["SDK v2", connectV2],
] as const;

let authorizationServer: AuthorizationServer;
beforeAll(async () => {
  authorizationServer = await startAuthorizationServer(["notes:read", "notes:write"]);
});
afterAll(() => authorizationServer?.close());

describe.each(INGRESSES)("through $name", (variant) => {
  const isRenamed = variant.challengeHeader !== "www-authenticate";
  let ingress: SecuredIngress;
  beforeAll(async () => {
    ingress = await startSecured(variant, {
      MCP_ANYCLOUD_PUBLIC_URL: PUBLIC_URL,
      MCP_ANYCLOUD_TOKEN_ISSUERS: authorizationServer.issuer,
      MCP_ANYCLOUD_REQUIRED_SCOPES: "notes:read",
    });
  });
  afterAll(() => ingress?.close());

  /** The network, in which the public name leads to the ingress. */
  const viaPublicName: typeof fetch = (input, init) => {
    const url = new URL(String(input));
    const isOurs = url.origin === new URL(PUBLIC_URL).origin;
    return fetch(isOurs ? `${ingress.url}${url.pathname}${url.search}` : url, init);
  };

  /** The same for a client that knows of the rename. */
  const undoingRename: typeof fetch = async (input, init) => {
    const response = await viaPublicName(input, init);
    const challenge = response.headers.get(variant.challengeHeader);
    if (challenge === null) return response;
    const headers = new Headers(response.headers);
    headers.set("www-authenticate", challenge);
    return new Response(response.body, { status: response.status, headers });
  };

  test.each(CLIENTS)("a client of %s finds the issuer, gets a token, and calls as its user", async (_sdk, connect) => {
    const client = await connect({ publicUrl: PUBLIC_URL, fetch: viaPublicName, user: { user: "ada" } });
    try {
      // With or without a challenge to read: the metadata name the scopes of the endpoint, not those of single tools.
      expect(client.asked).toEqual(["notes:read"]);
      expect(JSON.parse(await client.call("whoami"))).toEqual(["ada", ["notes:read"]]);
    } finally {
      await client.close();
    }
  });

  test.each(CLIENTS)("a client of %s that reads the challenge steps up once for a tool", async (_sdk, connect) => {
    const client = await connect({ publicUrl: PUBLIC_URL, fetch: undoingRename, user: { user: "ada" } });
    try {
      expect(await client.call("write")).toBe("written");
      expect(client.asked).toEqual(["notes:read", "notes:read notes:write"]);
      expect(JSON.parse(await client.call("whoami"))).toEqual(["ada", ["notes:read", "notes:write"]]);
    } finally {
      await client.close();
    }
  });

  test.each(CLIENTS)("a client of %s whose user allows less is refused what it did not get", async (_sdk, connect) => {
    const user = { user: "bob", allowed: "notes:read" };
    const client = await connect({ publicUrl: PUBLIC_URL, fetch: viaPublicName, user });
    try {
      expect(JSON.parse(await client.call("whoami"))).toEqual(["bob", ["notes:read"]]);
      await expect(client.call("write")).rejects.toThrow();
      // Where the challenge arrives, its user was asked; where it is renamed, the client does not know what it lacks.
      expect(client.asked.length > 1).toBe(!isRenamed);
      expect(JSON.parse(await client.call("whoami"))).toEqual(["bob", ["notes:read"]]);
    } finally {
      await client.close();
    }
  });
});
