import { Client, type StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createInvokeTransport } from "../../adapters/aws/lambda-api/invoke-transport.ts";
import { type LocalTable, startLocalTable } from "../../emulators/local-table.ts";
import { fixture, type InvokedServer, startInvoked } from "./invoke-server.ts";

const capabilities = { elicitation: {}, sampling: {} };
const accepted = { action: "accept" as const, content: { name: "ada", username: "ada", email: "a@b.example" } };
const thought = { role: "assistant" as const, model: "m", content: { type: "text" as const, text: "Quite so." } };

interface Connected extends AsyncDisposable {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  /** Messages beside responses that the client received, in order. */
  readonly heard: string[];
  call(name: string, args?: Record<string, unknown>): Promise<string>;
}

async function connect(server: InvokedServer, mode: "auto" | "legacy", name = "mcp-anycloud:live"): Promise<Connected> {
  const heard: string[] = [];
  const client = new Client({ name: "test", version: "1" }, { capabilities, versionNegotiation: { mode } });
  client.setRequestHandler("elicitation/create", () => accepted);
  client.setRequestHandler("sampling/createMessage", () => thought);
  client.setNotificationHandler("notifications/tools/list_changed", () => void heard.push("tools changed"));
  const transport = createInvokeTransport({ function: name, client: server.client });
  await client.connect(transport);
  return {
    client,
    transport,
    heard,
    async call(tool, args = {}) {
      const onprogress = ({ progress }: { progress: number }): void => void heard.push(`progress ${progress}`);
      return JSON.stringify((await client.callTool({ name: tool, arguments: args }, { onprogress })).content);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

describe("a server with a store, on three instances", () => {
  let table: LocalTable;
  let server: InvokedServer;
  beforeAll(async () => {
    table = await startLocalTable();
    server = await startInvoked(fixture("conformance-server"), { instances: 3, environment: table.environment });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await table?.close();
  });

  test.each([
    ["auto", "2026-07-28"],
    ["legacy", "2025-11-25"],
  ] as const)("a client (%s) of %s lists, calls, hears of progress first, and reads", async (mode, version) => {
    await using connected = await connect(server, mode);
    const { client, heard } = connected;
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("test_tool_with_progress");
    expect(await connected.call("test_tool_with_progress")).toContain("text");
    expect(heard).toEqual(["progress 0", "progress 50", "progress 100"]);
    expect(JSON.stringify(await client.readResource({ uri: "test://static-text" }))).toContain("static text");
  });

  test("a session is asked, hears of changes, comes back to cut streams, and ends", async () => {
    await using connected = await connect(server, "legacy");
    expect(connected.transport.sessionId).toMatch(/./);
    expect(await connected.call("test_elicitation", { message: "Who are you?" })).toContain("ada");
    expect(await connected.call("test_sampling", { prompt: "Is it so?" })).toContain("Quite so.");
    expect(await connected.call("test_reconnection")).toContain("after the stream was closed");
    await connected.call("test_trigger_tool_change");
    await expect.poll(() => connected.heard).toContain("tools changed");
    await connected.transport.terminateSession();
    expect(connected.transport.sessionId).toBeUndefined();
  });

  test("a modern client is asked in further rounds", async () => {
    await using connected = await connect(server, "auto");
    expect(await connected.call("test_input_required_result_elicitation")).toContain("ada");
  });
});
