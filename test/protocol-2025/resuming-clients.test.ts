import { setTimeout as sleep } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as SdkV1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as SdkV1Transport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { createMcpEndpoint, createMemoryStore, toFetch } from "../../src/index.ts";

function createServer(): McpServer {
  const server = new McpServer({ name: "streams", version: "1.0.0" });
  const handlers = server.server;
  server.registerTool("hang", {}, async (ctx) => {
    await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 0, progress: 1 } });
    return new Promise(() => {});
  });
  handlers.setRequestHandler("ping", async (_request, ctx) => {
    await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 0, progress: 1 } });
    throw new Error("no ping today");
  });
  return server;
}

const me = { name: "test", version: "1.0.0" };

/** An endpoint that records each GET of a client and the status of its response. */
function observedEndpoint(): { fetch: typeof fetch; gets: Array<{ lastEventId: string | null; status: number }> } {
  const endpoint = toFetch(createMcpEndpoint(createServer, { store: createMemoryStore(), logLevel: "silent" }));
  const gets: Array<{ lastEventId: string | null; status: number }> = [];
  return {
    gets,
    async fetch(input, init) {
      const request = new Request(input as string | URL, init);
      const response = await endpoint(request);
      if (request.method === "GET") {
        gets.push({ lastEventId: request.headers.get("last-event-id"), status: response.status });
      }
      return response;
    },
  };
}

/** Both requests fail: the first because its client stops waiting, the second by the server's error. */
interface FailingClient {
  hang(): Promise<unknown>;
  ping(): Promise<unknown>;
  close(): Promise<void>;
}

const SOON = { timeout: 300 };

async function connectV1(fetch: typeof globalThis.fetch): Promise<FailingClient> {
  const client = new SdkV1Client(me);
  const transport = new SdkV1Transport(new URL("http://localhost/mcp"), { fetch });
  await client.connect(transport as Parameters<SdkV1Client["connect"]>[0]);
  return {
    hang: () => client.callTool({ name: "hang" }, undefined, SOON),
    ping: () => client.ping(),
    close: () => client.close(),
  };
}

async function connectV2(fetch: typeof globalThis.fetch): Promise<FailingClient> {
  const client = new Client(me, { versionNegotiation: { mode: "legacy" } });
  await client.connect(new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }));
  return {
    hang: () => client.callTool({ name: "hang" }, SOON),
    ping: () => client.ping(),
    close: () => client.close(),
  };
}

// Each of them mostly waits.
describe.concurrent.each([
  ["SDK v1", connectV1],
  ["SDK v2", connectV2],
] as const)("a client of %s does not come back for ever for", (_sdk, connect) => {
  test.concurrent.each([
    ["a request that it called off", "hang"],
    ["a request that failed", "ping"],
  ] as const)("%s", async (_what, method) => {
    const { fetch, gets } = observedEndpoint();
    const client = await connect(fetch);
    await expect(client[method]()).rejects.toThrow();
    // Time for several attempts, which the server asks to be 500 ms apart.
    await sleep(4_000);
    const resumptions = gets.filter(({ lastEventId }) => lastEventId !== null);
    expect(resumptions.length).toBeLessThanOrEqual(1);
    await client.close();
  });
});
