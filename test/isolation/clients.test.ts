import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { createMcpEndpoint, type FactoryContext } from "../../src/index.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { anyUser } from "../protocol-2026/instances.ts";
import { callerOf, messagesOf, modernCall } from "../support/messages.ts";

/** A server whose tool tells who it believes to serve. */
function createServer({ caller, authInfo }: FactoryContext): McpServer {
  const server = new McpServer({ name: "mirror", version: "1.0.0" });
  server.registerTool("who", {}, async ({ http }) => {
    const client = server.server.getClientVersion()?.name;
    const capabilities = Object.keys(server.server.getClientCapabilities() ?? {}).sort();
    const told = { caller: caller.subject ?? caller.clientId, token: authInfo?.token, handler: http?.authInfo?.token };
    return { content: [{ type: "text", text: JSON.stringify({ client, capabilities, ...told }) }] };
  });
  return server;
}

interface Client {
  readonly name: string;
  readonly capabilities: Readonly<Record<string, object>>;
}

const CLIENTS: readonly Client[] = [
  { name: "ada", capabilities: { elicitation: {}, sampling: {} } },
  { name: "bob", capabilities: {} },
  { name: "cyd", capabilities: { roots: {} } },
];

const seen = ({ name, capabilities }: Client): object => {
  const client = { client: `${name}'s`, capabilities: Object.keys(capabilities).sort() };
  return { ...client, caller: name, token: name, handler: name };
};

const told = async (response: Parameters<typeof messagesOf>[0]): Promise<object> => {
  const [answer] = (await messagesOf(response)) as [{ result: { content: [{ text: string }] } }];
  return JSON.parse(answer.result.content[0].text);
};

describe("a server sees the client and the caller of its own request, and nothing of the ones before", () => {
  test.each([true, false])("in 2026-07-28 (fastPath: %s)", async (fastPath) => {
    const call = callerOf(
      createMcpEndpoint(createServer, { verifier: anyUser, audit: "off", logLevel: "silent", fastPath }),
    );
    for (const client of [...CLIENTS, ...CLIENTS.toReversed()]) {
      const [message, { headers }] = modernCall("tools/call", { name: "who", arguments: {} });
      const meta = (message as { params: { _meta: Record<string, unknown> } }).params._meta;
      meta["io.modelcontextprotocol/clientCapabilities"] = client.capabilities;
      meta["io.modelcontextprotocol/clientInfo"] = { name: `${client.name}'s`, version: "1" };
      const response = await call(message, { headers: { ...headers, authorization: `Bearer ${client.name}` } });
      expect(await told(response)).toEqual(seen(client));
    }
  });

  test("in sessions", async () => {
    const instances = startInstances(createServer, { verifier: anyUser, audit: "off" });
    for (const { name, capabilities } of [...CLIENTS, ...CLIENTS.toReversed()]) {
      const session = await instances.open({ capabilities, headers: { authorization: `Bearer ${name}` } });
      const expected = { ...seen({ name, capabilities }), client: "test-client" };
      expect(await told(await session.call(1, "who"))).toEqual(expected);
    }
  });
});
