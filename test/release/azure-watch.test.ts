import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { McpServer } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Container, listenOnPort } from "../../adapters/gcp/container.ts";
import { countRequests } from "../../cli/release/clouds/azure-app.ts";
import { azureRelease } from "../../cli/release/clouds/azure-release.ts";
import { deploy } from "../../cli/release/deploy.ts";
import type { Infrastructure } from "../../cli/release/infrastructure.ts";
import type { Command } from "../../cli/release/tool.ts";
import type { RequestRecord } from "../../src/adapter.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { callerOf, modernCall, textOf } from "../support/messages.ts";
import { askInsights, askTraces, type SeenRequest, traceOf } from "./fake-insights.ts";
import { type FakeTools, fakeTools } from "./fake-tools.ts";

const COMPONENT = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Insights/components/notes";
const folder = mkdtempSync(join(tmpdir(), "release-"));
const infrastructure: Infrastructure = {
  cloud: "azure",
  kind: "terraform",
  folder,
  root: "infra/azure",
  terraform: "tofu",
};
const write = (code: string): void => writeFileSync(join(folder, "dist/azure/index.mjs"), code);

/** A server that passes every smoke test. */
function createNotes(): McpServer {
  const made = new McpServer({ name: "notes", version: "1.0.0" });
  const inputSchema = z.object({});
  made.registerTool("list_notes", { annotations: { readOnlyHint: true }, inputSchema }, () => ({ content: [] }));
  made.registerTool("lose_notes", { inputSchema }, () => ({ content: [], isError: true }));
  return made;
}

let server: Container;
beforeAll(async () => {
  vi.stubEnv("MCP_ANYCLOUD_LOG_LEVEL", "silent");
  for (const path of ["dist/azure", "infra/azure/.terraform"]) mkdirSync(join(folder, path), { recursive: true });
  server = await listenOnPort(createMcpEndpoint(createNotes), { port: 0, host: "127.0.0.1" });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  rmSync(folder, { recursive: true });
});

let tools: FakeTools;
let published: string[];
let requests: SeenRequest[];
beforeEach(() => {
  [published, requests] = [[], []];
  rmSync(join(folder, ".mcp-anycloud"), { recursive: true, force: true });
  tools = fakeTools({
    func({ folder: from }: Command) {
      published.push(readFileSync(join(from ?? "", "index.mjs"), "utf8"));
      return "";
    },
    tofu() {
      const app = "/subscriptions/s/resourceGroups/notes/providers/Microsoft.Web/sites/notes-abc123";
      const outputs = { mcp_url: `http://127.0.0.1:${server.port}/mcp`, app, log_location: COMPONENT };
      return JSON.stringify(Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value }])));
    },
    az({ args }) {
      if (args[0] === "resource") return '{"state":"Running","changed":"now"}';
      // There is no API Management.
      return args[0] === "rest" ? '{"value":[]}' : askInsights(args, COMPONENT, requests);
    },
  });
});

/** So many requests at a time, of which so many failed. */
const answered = (count: number, failed: number, at = Date.now()): void =>
  void requests.push(...Array.from({ length: count }, (_, index) => ({ at, failed: index < failed })));

/** Publishes one package, then deploys another one whose clients do `perLook` between two looks. */
async function deployAfter(perLook: () => void): Promise<string> {
  const release = azureRelease(infrastructure, tools, { yes: true });
  write("1");
  await release.publish();
  write("2");
  const pause = async (): Promise<void> => {
    perLook();
    // The next look sees what happened before it.
    await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const options = { headers: {}, smoke: { timeoutSeconds: 50 }, allowBreaking: false, dryRun: false, candidate: false };
  return deploy(infrastructure, release, { ...options, print: () => {}, pause }).then(
    ({ version }) => version,
    (error: Error) => error.message,
  );
}

test("a package whose tools fail for a tenth of its requests is replaced by the one before", async () => {
  expect(await deployAfter(() => answered(50, 5))).toBe(
    "5 of 50 requests to the new version failed. Rolled back: all traffic is at the package before.",
  );
  expect(published).toEqual(["1", "2", "1"]);
});

test("one whose requests fail as seldom as before stays, after it was watched for five minutes", async () => {
  answered(1000, 100, Date.now() - 60_000);
  expect(await deployAfter(() => answered(50, 5))).toBe("notes-abc123");
  expect(published).toEqual(["1", "2"]);
  // One look at the hour before, and one every half minute.
  expect(tools.ran.filter((line) => line.startsWith("az monitor")).length).toBe(11);
});

test("one whose requests fail seldom stays, however many they are", async () => {
  expect(await deployAfter(() => answered(200, 8))).toBe("notes-abc123");
});

test("what failed more than an hour before says nothing", async () => {
  answered(1000, 900, Date.now() - 3_700_000);
  expect(await deployAfter(() => answered(50, 5))).toContain("Rolled back");
});

test("the lines that a server writes of its requests are counted, and those of failures as failed", async ({
  onTestFinished,
}) => {
  vi.stubEnv("MCP_ANYCLOUD_LOG_LEVEL", "info");
  onTestFinished(() => void vi.stubEnv("MCP_ANYCLOUD_LOG_LEVEL", "silent"));
  const lines: RequestRecord[] = [];
  const call = (name: string) => modernCall("tools/call", { name, arguments: {} });
  const asked = async (createServer: () => McpServer, ...[message, headers]: ReturnType<typeof call>): Promise<void> =>
    void (await textOf(
      await callerOf(createMcpEndpoint(createServer, { log: (line) => lines.push(line) }))(message, headers),
    ));
  await asked(createNotes, ...call("list_notes"));
  await asked(createNotes, ...call("lose_notes"));
  await asked(
    () => {
      throw new Error("planted");
    },
    ...call("list_notes"),
  );
  expect(lines.map(({ status, outcome }) => [status, outcome])).toEqual([
    [200, "ok"],
    [200, "tool_error"],
    [500, "protocol_error"],
  ]);
  const now = Date.now();
  const { mcpMethod: _, ...health } = { ...lines[2], path: "/health" };
  const traces = [
    ...lines.map((line) => traceOf(line, now)),
    traceOf(health, now),
    traceOf({ message: "The job of a task failed.", status: 500, mcpMethod: "tools/call" }, now),
    { ...traceOf({}, now), message: "Executed 'Functions.mcp' (Failed)" },
  ];
  const watching = fakeTools({ az: ({ args }) => askTraces(args, COMPONENT, traces) });
  const within = { from: new Date(now - 1), to: new Date(now + 1) };
  expect(await countRequests({ insights: COMPONENT, ...within }, watching)).toEqual({ requests: 3, failed: 2 });
});

test("a package that cannot be watched is replaced by the one before", async () => {
  const told = await deployAfter(() => {
    throw new Error("az lost its way");
  });
  expect(told).toBe("az lost its way. Rolled back: all traffic is at the package before.");
});
