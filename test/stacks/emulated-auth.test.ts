import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwsEmulator } from "../../emulators/aws/emulator.ts";
import { startDeployed } from "./deployed-server.ts";
import { type LocalRegion, openLocalRegion } from "./local-region.ts";
import { userPool } from "./variants.ts";

const METADATA = "/.well-known/oauth-protected-resource";
const ORIGIN = "https://emulated.execute-api.us-east-1.amazonaws.com/prod";

describe("the stack of a server for the users of a pool", () => {
  let region: LocalRegion;
  let emulator: AwsEmulator;
  beforeAll(async () => {
    region = await openLocalRegion();
    const auth = { cognito: { userPool, scopes: ["mcp/invoke"] } };
    const { deployment, ...deployed } = await region.deploy("examples/greeter/server.ts", { auth });
    const admits = (authorization: string): boolean => authorization === "Bearer good";
    emulator = await startDeployed({
      ...deployed,
      deployment: { ...deployment, restApi: { ...deployment.restApi, admits } },
    });
  });
  afterAll(async () => {
    await emulator?.close();
    await region?.close();
  });

  test.each([
    ["a request without a token", {}],
    ["a bad token", { authorization: "Bearer bad" }],
  ])("answers %s with 401 and the way to a good one, under its own name", async (_what, authorization) => {
    const headers = { "content-type": "application/json", ...authorization };
    const response = await fetch(`${emulator.url}/mcp`, { method: "POST", headers, body: "{}" });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(`Bearer resource_metadata="${ORIGIN}${METADATA}/mcp"`);
  });

  test.each([METADATA, `${METADATA}/mcp`])("tells everybody at %s who hands out tokens", async (path) => {
    const response = await fetch(`${emulator.url}${path}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      resource: `${ORIGIN}/mcp`,
      authorization_servers: [expect.stringMatching(/^https:\/\/cognito-idp\.us-east-1\.amazonaws\.com\/us-east-1_/)],
    });
  });

  test.each([METADATA, `${METADATA}/mcp`])("lets a page of any origin read %s", async (path) => {
    const headers = {
      origin: "https://inspector.example",
      "access-control-request-method": "GET",
      "access-control-request-headers": "mcp-protocol-version",
    };
    const preflight = await fetch(`${emulator.url}${path}`, { method: "OPTIONS", headers });
    expect([preflight.status, await preflight.text()]).toEqual([204, ""]);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET",
      "access-control-allow-headers": "mcp-protocol-version",
    });
    const response = await fetch(`${emulator.url}${path}`, { headers: { origin: headers.origin } });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("lets a good token through to the function, and a browser ask whether it may call", async () => {
    const client = new Client({ name: "test", version: "1.0.0" });
    const requestInit = { headers: { authorization: "Bearer good" } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${emulator.url}/mcp`), { requestInit }));
    expect((await client.listTools()).tools).toHaveLength(1);
    await client.close();
    expect((await fetch(`${emulator.url}/mcp`, { method: "OPTIONS" })).status).toBe(204);
  });
});
