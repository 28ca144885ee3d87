import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { linkPackages } from "../../cli/build/packages/install.ts";
import { findInstalled } from "../../cli/build/packages/installed-package.ts";
import { runsHere } from "../../cli/build/packages/platform.ts";
import { CLOUDS, type Cloud } from "../../cli/clouds.ts";
import { START_EMULATOR } from "../../cli/start-emulator.ts";
import { type LocalTable, startLocalTable } from "../../emulators/local-table.ts";
import { runCli } from "../cli/run-cli.ts";
import { connectAbleClient } from "../real-servers/able-client.ts";
import { type Call, everythingCalls, SEQUENTIAL_THINKING } from "../real-servers/calls.ts";
import { entryOf, hasRealServers, NO_REAL_SERVERS, OFFLINE, REAL_SERVERS } from "../real-servers/installed.ts";

const EVERYTHING = everythingCalls(/MCP_ANYCLOUD/);

interface RealServer {
  readonly name: string;
  readonly calls: readonly Call[];
  /** A file of the package that it serves. */
  readonly document?: readonly [uri: string, content: RegExp];
}

const app = (uri: string): readonly [string, RegExp] => [uri, /<!DOCTYPE html>/i];
const SERVERS: readonly RealServer[] = [
  {
    name: "everything",
    calls: EVERYTHING,
    document: ["demo://resource/static/document/features.md", /Everything Server - Features/],
  },
  {
    name: "sequential-thinking",
    calls: SEQUENTIAL_THINKING,
  },
  {
    name: "echarts",
    calls: [
      [
        "generate_bar_chart",
        { data: [{ category: "a", value: 1 }], width: 100, height: 100, outputType: "png" },
        /"data":"iVBOR/,
      ],
    ],
  },
  {
    name: "basic-vanillajs",
    calls: [["get-time", {}, /"structuredContent":\{"time":"2/]],
    document: app("ui://get-time/mcp-app.html"),
  },
  {
    name: "system-monitor",
    calls: [
      ["get-system-info", {}, /"hostname"/],
      ["poll-system-stats", {}, /"uptime"/],
    ],
    document: app("ui://system-monitor/mcp-app.html"),
  },
];

if (!hasRealServers) test("public servers of npm", ({ skip }) => skip(NO_REAL_SERVERS));

describe.runIf(hasRealServers).each(SERVERS)("$name", ({ name, calls, document }) => {
  const out = mkdtempSync(join(tmpdir(), "real-server-"));
  let table: LocalTable;
  beforeAll(async () => {
    table = await startLocalTable();
    const built = await runCli(["build", entryOf(name), "--out", out], { environment: OFFLINE });
    expect(built).toMatchObject({ code: 0, stderr: "" });
  }, 300_000);
  afterAll(async () => {
    await table?.close();
    rmSync(out, { recursive: true, force: true });
  });

  test.each(CLOUDS)("answers through the ingress of %s", { timeout: 180_000 }, async (cloud) => {
    const artefact = join(out, cloud);
    await useOwnPackages(name, cloud, artefact);
    const emulator = await START_EMULATOR[cloud]({ artefact, port: 0, environment: table.environment });
    const client = await connectAbleClient(new URL(`${emulator.url}/mcp`));
    try {
      for (const [tool, args, answer] of calls) {
        const result = await client.callTool({ name: tool, arguments: args });
        expect(result.isError, tool).not.toBe(true);
        expect(JSON.stringify(result), tool).toMatch(answer);
      }
      if (document) expect(JSON.stringify(await client.readResource({ uri: document[0] }))).toMatch(document[1]);
      if (name === "everything") await expectEverything(client);
    } finally {
      await client.close();
      await emulator.close();
    }
  });
});

/** Native code that was installed for another machine than this one is replaced by this machine's. */
async function useOwnPackages(name: string, cloud: Cloud, artefact: string): Promise<void> {
  if (name !== "echarts") return;
  const cpu = cloud === "aws" ? "arm64" : "x64";
  expect(readdirSync(join(artefact, "node_modules/@napi-rs"))).toEqual(["canvas", `canvas-linux-${cpu}-gnu`]);
  const own = findInstalled("@napi-rs/canvas", REAL_SERVERS);
  if (!runsHere(cloud) && own) await linkPackages(artefact, [own]);
}

/** All tools were called but the one that runs as a task, and all documents are there. */
async function expectEverything(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  const research = "simulate-research-query";
  expect(tools.map(({ name }) => name).sort()).toEqual([...EVERYTHING.map(([name]) => name), research].sort());
  const seen: string[] = [];
  const call = { name: research, arguments: { topic: "python" } };
  for await (const { type } of client.experimental.tasks.callToolStream(call, CallToolResultSchema)) seen.push(type);
  // The package keeps tasks in the memory of one server, and each request gets a server of its own.
  expect(seen).toEqual(["taskCreated", "error"]);
  const { resources } = await client.listResources();
  const docs = join(REAL_SERVERS, "node_modules/@modelcontextprotocol/server-everything/dist/docs");
  expect(resources.map((resource) => resource.name)).toEqual(readdirSync(docs));
  const instructions = readFileSync(join(docs, "instructions.md"), "utf8");
  expect(client.getInstructions()).toBe(instructions);
}
