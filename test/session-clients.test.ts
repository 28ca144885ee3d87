import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as SdkV1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as SdkV1Transport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cloud } from "../cli/clouds.ts";
import type { Emulator } from "../emulators/emulator.ts";
import { type LocalTable, startLocalTable } from "../emulators/local-table.ts";
import { type IngressOptions, startIngress } from "./support/ingresses.ts";

const ENTRY = fileURLToPath(new URL("./fixtures/conformance-server.ts", import.meta.url));

const me = { name: "test", version: "1.0.0" };
const capabilities = { elicitation: {}, sampling: {} };
const accepted = { action: "accept" as const, content: { username: "ada", email: "ada@example.com" } };
const thought = { role: "assistant" as const, model: "m", content: { type: "text" as const, text: "Quite so." } };

/** A client that holds a session, answers what it is asked, and counts the word that tools changed. */
interface SessionClient {
  call(name: string, args?: Record<string, unknown>): Promise<string>;
  toolsChanged(): number;
  /** Ends the session, then the connection. */
  end(): Promise<void>;
}

async function connectV1(url: URL): Promise<SessionClient> {
  let changes = 0;
  const client = new SdkV1Client(me, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, () => accepted);
  client.setRequestHandler(CreateMessageRequestSchema, () => thought);
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++);
  const transport = new SdkV1Transport(url);
  await client.connect(transport as Parameters<SdkV1Client["connect"]>[0]);
  return {
    call: async (name, args = {}) => JSON.stringify((await client.callTool({ name, arguments: args })).content),
    toolsChanged: () => changes,
    async end() {
      await transport.terminateSession();
      await client.close();
    },
  };
}

async function connectV2(url: URL): Promise<SessionClient> {
  let changes = 0;
  const client = new Client(me, { capabilities, versionNegotiation: { mode: "legacy" } });
  client.setRequestHandler("elicitation/create", () => accepted);
  client.setRequestHandler("sampling/createMessage", () => thought);
  client.setNotificationHandler("notifications/tools/list_changed", () => void changes++);
  const transport = new StreamableHTTPClientTransport(url);
  await client.connect(transport);
  return {
    call: async (name, args = {}) => JSON.stringify((await client.callTool({ name, arguments: args })).content),
    toolsChanged: () => changes,
    async end() {
      await transport.terminateSession();
      await client.close();
    },
  };
}

const TEST_INGRESSES: ReadonlyArray<[string, Cloud, Partial<IngressOptions>]> = [
  ["three instances of Lambda", "aws", { instances: 3 }],
  ["three instances of Azure Functions", "azure", { instances: 3 }],
  ["three instances of Cloud Run", "gcp", { instances: 3 }],
  ["a fresh Cloud Run instance for every request", "gcp", { amnesia: true }],
];

describe.each(TEST_INGRESSES)("through %s", (_ingress, cloud, options) => {
  let table: LocalTable;
  let ingress: Emulator;
  beforeAll(async () => {
    table = await startLocalTable();
    ingress = await startIngress(cloud, { entry: ENTRY, environment: table.environment, ...options });
  });
  afterAll(async () => {
    await ingress?.close();
    await table?.close();
  });

  test.each([
    ["SDK v1", connectV1],
    ["SDK v2", connectV2],
  ])(
    "a client of %s is asked, hears of changes, comes back to cut streams, and ends its session",
    async (_sdk, connect) => {
      const client = await connect(new URL(`${ingress.url}/mcp`));
      expect(await client.call("test_elicitation", { message: "Who are you?" })).toContain("ada");
      expect(await client.call("test_sampling", { prompt: "Is it so?" })).toContain("Quite so.");
      expect(await client.call("test_reconnection")).toContain("after the stream was closed");
      await client.call("test_trigger_tool_change");
      await expect.poll(() => client.toolsChanged()).toBe(1);
      await client.end();
    },
  );
});
