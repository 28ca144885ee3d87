import { setTimeout as sleep } from "node:timers/promises";
import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { factoryOf } from "../../src/define-server.ts";
import { gateway } from "../../src/sources/sources.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { instanceOf, listen, textResult } from "../protocol-2026/instances.ts";
import { collectGarbage } from "../support/collect-garbage.ts";
import { legacyRequest, modernCall, textOf } from "../support/messages.ts";

const REQUESTS = 40;
/** Servers that requests which are hardly over may still hold. */
const MOST_ALIVE = 4;

const built: WeakRef<object>[] = [];

function createV2(): McpServer {
  const server = new McpServer({ name: "v2", version: "1.0.0" }, { capabilities: { tools: { listChanged: true } } });
  server.registerTool("greet", {}, async () => textResult("hello"));
  built.push(new WeakRef(server.server));
  return server;
}

function createV1(): SdkV1McpServer {
  const server = new SdkV1McpServer({ name: "v1", version: "1.0.0" });
  server.registerTool("greet", {}, async () => textResult("hello"));
  built.push(new WeakRef(server.server));
  return server;
}

const greeting = { name: "greet", arguments: {} };
const modern = instanceOf(createV2, {});
const throughSdk = instanceOf(createV2, { fastPath: false });
const behindGateway = instanceOf(factoryOf(gateway({ one: createV2 })), {});
const sessions = startInstances(createV2);
const sessionsOfV1 = startInstances(createV1);

test.each<[string, () => Promise<unknown>]>([
  ["a call of 2026-07-28", async () => textOf(await modern(...modernCall("tools/call", greeting)))],
  ["one through createMcpHandler", async () => textOf(await throughSdk(...modernCall("tools/call", greeting)))],
  [
    "one for a tool that is not there",
    async () => textOf(await throughSdk(...modernCall("tools/call", { name: "no" }))),
  ],
  ["a subscription that its client leaves", async () => (await listen(modern, { toolsListChanged: true })).leave()],
  ["one through createMcpHandler", async () => (await listen(throughSdk, { toolsListChanged: true })).leave()],
  [
    "a call behind a gateway",
    async () => textOf(await behindGateway(...modernCall("tools/call", { name: "one_greet" }))),
  ],
  ["a call without a session", async () => textOf(await modern(legacyRequest("tools/call", greeting)))],
  ["a session with a call", async () => (await sessions.open()).ask(1, "tools/call", greeting)],
  ["a session of SDK v1 with a call", async () => (await sessionsOfV1.open()).ask(1, "tools/call", greeting)],
])("the server is released after %s", async (_kind, send) => {
  built.length = 0;
  for (let request = 0; request < REQUESTS; request++) await send();
  await sleep(50);
  await collectGarbage();
  expect(built.length).toBeGreaterThanOrEqual(REQUESTS);
  expect(built.filter((server) => server.deref()).length).toBeLessThanOrEqual(MOST_ALIVE);
});
