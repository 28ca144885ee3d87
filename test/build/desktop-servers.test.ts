import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { linkPackages } from "../../cli/build/packages/install.ts";
import { findInstalled } from "../../cli/build/packages/installed-package.ts";
import { runsHere } from "../../cli/build/packages/platform.ts";
import { CLOUDS, type Cloud } from "../../cli/clouds.ts";
import { START_EMULATOR } from "../../cli/start-emulator.ts";
import type { Emulator } from "../../emulators/emulator.ts";
import { type LocalTable, startLocalTable } from "../../emulators/local-table.ts";
import { runCli } from "../cli/run-cli.ts";
import { connectAbleClient } from "../real-servers/able-client.ts";
import type { Call } from "../real-servers/calls.ts";
import { DESKTOP_SERVERS, type DesktopServer } from "../real-servers/desktop-servers.ts";
import { FROM_CACHE, hasRealServers, NO_REAL_SERVERS, REAL_SERVERS } from "../real-servers/installed.ts";

const ERAS = ["2025-11-25", "2026-07-28"] as const;

/** The methods that the clients of both SDKs have. */
type AnyClient = Pick<Client, "listTools" | "listPrompts" | "listResources" | "callTool" | "close">;

/** A client that can be asked, or one of 2026-07-28. */
async function connect(url: URL, era: (typeof ERAS)[number]): Promise<AnyClient> {
  if (era === "2025-11-25") {
    const able = await connectAbleClient(url);
    const callTool = (call: Parameters<typeof able.callTool>[0], options: object) =>
      able.callTool(call, undefined, options);
    const own = { callTool, close: () => able.close() };
    const lists = { listTools: () => able.listTools(), listPrompts: () => able.listPrompts() };
    return { ...own, ...lists, listResources: () => able.listResources() } as unknown as AnyClient;
  }
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode: { pin: era } } });
  await client.connect(new StreamableHTTPClientTransport(url));
  return client;
}

if (!hasRealServers) test("desktop servers of npm", ({ skip }) => skip(NO_REAL_SERVERS));

describe.runIf(hasRealServers).each(DESKTOP_SERVERS)("$packageName, built by name", (server) => {
  const out = mkdtempSync(join(tmpdir(), "desktop-server-"));
  // For all processes: on Lambda, requests that follow one another can reach different instances.
  const given = realpathSync(mkdtempSync(join(tmpdir(), "given-")));
  let table: LocalTable;
  let emulator: Emulator | undefined;
  beforeAll(async () => {
    table = await startLocalTable();
    const built = await runCli(["build", "--stdio", server.command.replaceAll("{given}", given), "--out", out], {
      cwd: REAL_SERVERS,
      environment: FROM_CACHE,
    });
    expect(built).toMatchObject({ code: 0, stderr: "" });
  }, 300_000);
  afterEach(async () => {
    await emulator?.close();
    emulator = undefined;
  });
  afterAll(async () => {
    await table?.close();
    for (const folder of [out, given]) rmSync(folder, { recursive: true, force: true });
  });

  test.each(CLOUDS)("answers through the ingress of %s", { timeout: 180_000 }, async (cloud) => {
    const artefact = join(out, cloud);
    await useCodeOfHere(server, cloud, artefact);
    emulator = await START_EMULATOR[cloud]({ artefact, port: 0, environment: table.environment });
    for (const era of ERAS) {
      const client = await connect(new URL(`${emulator.url}/mcp`), era);
      for (const name of readdirSync(given)) rmSync(join(given, name), { recursive: true });
      await callAll(client, server, given);
      await surviveDeath(client, server, artefact);
      await client.close();
    }
  });
});

/** Calls every tool that the client sees. */
async function callAll(client: AnyClient, { calls, refuses = [] }: DesktopServer, given: string): Promise<void> {
  const names = (await client.listTools()).tools.map(({ name }) => name);
  const listed = (table: readonly Call[]): Call[] => table.filter(([name]) => names.includes(name));
  expect([...listed(calls), ...listed(refuses)].map(([name]) => name).sort()).toEqual(names.toSorted());
  // A server that has none of them says so in a list.
  await client.listPrompts();
  await client.listResources();
  for (const [name, args, answer] of listed(calls)) {
    const own = JSON.parse(JSON.stringify(args).replaceAll("{given}", given)) as typeof args;
    const result = await client.callTool({ name, arguments: own });
    const text = JSON.stringify(result);
    expect(result.isError ?? false, `${name}: ${text}`).toBe(false);
    expect(text, name).toMatch(answer);
  }
  for (const [name, args, reason] of listed(refuses)) {
    const refusal = await client.callTool({ name, arguments: args }).catch((error: Error) => error.message);
    expect(JSON.stringify(refusal), name).toMatch(reason);
  }
}

/** Its processes are killed, with a call in flight where one takes long enough: that is answered, and the next one served. */
async function surviveDeath(client: AnyClient, { packageName, calls }: DesktopServer, artefact: string): Promise<void> {
  const [tool, args] = calls[0] as Call;
  const call = { name: tool, arguments: args };
  await client.callTool(call);
  const isLong = packageName.endsWith("everything");
  const long = { name: "trigger-long-running-operation", arguments: { duration: 3_000, steps: 3_000 } };
  const started = Promise.withResolvers<void>();
  const inFlight = isLong ? client.callTool(long, { onprogress: () => started.resolve() }) : undefined;
  if (inFlight) await started.promise;
  const killed = processesOf(artefact, packageName);
  expect(killed.length).toBeGreaterThan(0);
  for (const pid of killed) process.kill(pid, "SIGKILL");
  if (inFlight) expect(await inFlight).toMatchObject({ isError: true, content: [{ text: /It ended/ }] });
  await expect.poll(async () => (await client.callTool(call)).isError ?? false, { timeout: 60_000 }).toBe(false);
}

/** Processes that run the package of an artefact. */
function processesOf(artefact: string, packageName: string): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,command="], { encoding: "utf8" }).split("\n");
  const own = lines.filter((line) => line.includes(join(artefact, "node_modules", packageName)));
  return own.map((line) => Number.parseInt(line, 10));
}

/** Native code that was installed for another machine than this one is replaced by this machine's. */
async function useCodeOfHere({ packageName }: DesktopServer, cloud: Cloud, artefact: string): Promise<void> {
  const installed = findInstalled(packageName, REAL_SERVERS);
  if (packageName === "mcp-echarts" && !runsHere(cloud) && installed) await linkPackages(artefact, [installed]);
}
