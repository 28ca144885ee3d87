import { McpServer, requireScopes } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { createMcpEndpoint, type ServerDefinition } from "../../src/index.ts";
import { callerOf, legacyRequest, modernCall, textOf } from "../support/messages.ts";

/** Accepts every token as a caller of that name, without scopes. */
const verifier = {
  verifyAccessToken: async (token: string) => ({
    token,
    clientId: "c",
    scopes: [],
    expiresAt: Date.now() / 1000 + 60,
    extra: { iss: "https://issuer.example", sub: token },
  }),
};
const as = (name: string): { authorization: string } => ({ authorization: `Bearer ${name}` });

const open = (definition: ServerDefinition) =>
  callerOf(createMcpEndpoint({ verifier, ...definition }, { logLevel: "silent" }));

test("a server that hides in another one is asked for its scopes all the same", async () => {
  const calls: string[] = [];
  const at = open({
    createServer() {
      const inner = new McpServer({ name: "inner", version: "1.0.0" });
      inner.registerTool("wipe", { scopeChallenge: requireScopes("wipe") }, async () => {
        calls.push("wipe");
        return { content: [] };
      });
      const close = (): Promise<void> => {
        calls.push("close");
        return inner.close();
      };
      return { connect: (transport: never) => inner.connect(transport), close };
    },
    audit() {},
  });
  const response = await at(legacyRequest("tools/call", { name: "wipe", arguments: {} }), { headers: as("ada") });
  expect([response.status, response.headers["www-authenticate"]]).toEqual([
    403,
    expect.stringContaining('scope="wipe"'),
  ]);
  expect(calls).toEqual(["close"]);
});

test("an error in a server's own rules about scopes lets nobody through, and does not reach the client", async () => {
  const calls: string[] = [];
  const records: unknown[] = [];
  const createServer = (): McpServer => {
    const server = new McpServer({ name: "broken", version: "1.0.0" });
    const scopeChallenge = (): never => {
      throw new Error("the password is swordfish");
    };
    server.registerTool("wipe", { scopeChallenge }, async () => {
      calls.push("wipe");
      return { content: [] };
    });
    return server;
  };
  const endpoint = createMcpEndpoint({ verifier, createServer, audit() {} }, { log: (record) => records.push(record) });
  const at = callerOf(endpoint);
  const [modern, { headers }] = modernCall("tools/call", { name: "wipe" });
  for (const [message, own] of [
    [modern, headers] as const,
    [legacyRequest("tools/call", { name: "wipe" }), {}] as const,
  ]) {
    const response = await at(message, { headers: { ...own, ...as("ada") } });
    expect(response.status).toBe(500);
    expect(await textOf(response)).not.toContain("swordfish");
    expect(records.at(-1)).toMatchObject({ level: "error", error: expect.stringContaining("swordfish") });
  }
  expect(calls).toEqual([]);
});
