import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as SdkV1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as SdkV1Transport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cloud } from "../cli/clouds.ts";
import type { Emulator } from "../emulators/emulator.ts";
import { type IngressOptions, startIngress } from "./support/ingresses.ts";

const SERVERS = {
  "SDK v2": fileURLToPath(new URL("./fixtures/conformance-server.ts", import.meta.url)),
  "SDK v1": fileURLToPath(new URL("./fixtures/sdk-v1-server.ts", import.meta.url)),
};

/** The part of the three clients that these tests use. */
interface TestClient {
  tools(): Promise<string[]>;
  /** The events of one call, in order: "progress 50", and last the text of the result. */
  call(tool: string): Promise<string[]>;
  read(uri: string): Promise<string>;
  close(): Promise<void>;
}

const me = { name: "test", version: "1.0.0" };
const textOf = (parts: unknown): string => JSON.stringify(parts);

async function connectV2(url: URL, mode: "auto" | "legacy"): Promise<TestClient> {
  const client = new Client(me, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(url));
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name) {
      const seen: string[] = [];
      const onprogress = ({ progress }: { progress: number }): void => void seen.push(`progress ${progress}`);
      const { content } = await client.callTool({ name, arguments: {} }, { onprogress });
      return [...seen, textOf(content)];
    },
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    close: () => client.close(),
  };
}

async function connectV1(url: URL): Promise<TestClient> {
  const client = new SdkV1Client(me);
  // The SDK's own class does not satisfy its own interface under exactOptionalPropertyTypes.
  await client.connect(new SdkV1Transport(url) as Parameters<SdkV1Client["connect"]>[0]);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name) {
      const seen: string[] = [];
      const onprogress = ({ progress }: { progress: number }): void => void seen.push(`progress ${progress}`);
      const { content } = await client.callTool({ name, arguments: {} }, undefined, { onprogress });
      return [...seen, textOf(content)];
    },
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    close: () => client.close(),
  };
}

const CLIENTS: ReadonlyArray<[string, (url: URL) => Promise<TestClient>]> = [
  ["SDK v2, whichever era the server speaks", (url) => connectV2(url, "auto")],
  ["SDK v2, 2025 era", (url) => connectV2(url, "legacy")],
  ["SDK v1", connectV1],
];

const TEST_INGRESSES: ReadonlyArray<[string, Cloud, Partial<IngressOptions>]> = [
  ["API Gateway and Lambda", "aws", {}],
  ["a Function URL and Lambda", "aws", { ingress: "function-url" }],
  ["Azure Functions", "azure", {}],
  ["Cloud Run", "gcp", {}],
  ["functions-framework", "gcp", { form: "function" }],
];

describe.each(TEST_INGRESSES)("through %s", (_ingress, cloud, options) => {
  describe.each(Object.entries(SERVERS))("to a server of %s", (_sdk, entry) => {
    let ingress: Emulator;
    beforeAll(async () => {
      ingress = await startIngress(cloud, { entry, ...options });
    });
    afterAll(() => ingress?.close());

    test.each(CLIENTS)(
      "a client of %s calls a tool, hears of its progress first, and reads a resource",
      async (_name, connect) => {
        const client = await connect(new URL(`${ingress.url}/mcp`));
        try {
          expect(await client.tools()).toContain("test_tool_with_progress");
          const [first, second, third, result] = await client.call("test_tool_with_progress");
          expect([first, second, third]).toEqual(["progress 0", "progress 50", "progress 100"]);
          expect(result).toContain("text");
          expect(await client.read("test://static-text")).toContain("static text");
        } finally {
          await client.close();
        }
      },
    );
  });
});
