import { afterEach, expect, test } from "vitest";
import { createDevRuns, greet, processesOfGroup } from "./dev-runs.ts";
import { greeter } from "./project.ts";
import type { RunningCli } from "./run-cli.ts";

const { project, start, end } = createDevRuns();
afterEach(end);

/** A server that answers with variables of its environment. */
const teller = (...names: string[]): string => greeter(names.map((name) => `\${process.env.${name}}`).join(" "));

const ROW = /^state +(http:\/\/127\.0\.0\.1:\d+\/[\w-]+) +DynamoDB \(dynalite\), kept in \.mcp-anycloud\/$/m;

async function urlOf(cli: RunningCli, cloud: string): Promise<string> {
  const [, url = ""] = await cli.printed(new RegExp(`^${cloud} +(http:\\S+)`, "m"));
  return url;
}

const tablesOf = (cli: RunningCli) =>
  processesOfGroup(cli.process.pid ?? 0).filter(({ command }) => command.includes("local-table-process"));

/** Sends one message of the 2025-11-25 protocol. */
function send(url: string, message: Record<string, unknown>, sessionId?: string): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
      ...(sessionId !== undefined && { "mcp-session-id": sessionId }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", ...message }),
  });
}

const INITIALIZE = {
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } },
};

test("a session that is opened at one ingress goes on at the others, whichever instance answers", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const cli = start(["--instances", "3"], { cwd: folder });
  await cli.printed(ROW);
  const opened = await send(await urlOf(cli, "aws"), INITIALIZE);
  const sessionId = opened.headers.get("mcp-session-id") ?? expect.unreachable(await opened.text());
  const call = { id: 1, method: "tools/call", params: { name: "greet", arguments: { name: "Ada" } } };
  for (const cloud of ["aws", "azure", "gcp"]) {
    const url = await urlOf(cli, cloud);
    for (let turn = 1; turn <= 3; turn++) {
      const answer = await send(url, call, sessionId);
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("Hello, Ada!")]);
    }
    expect((await send(url, call, "no-such-session")).status).toBe(404);
  }
});

test("all instances have the same table and the same fresh keys", async () => {
  const { folder } = project({ "server.ts": teller("MCP_ANYCLOUD_TABLE", "MCP_ANYCLOUD_STATE_KEYS") });
  const cli = start(["--target", "aws", "--target", "gcp", "--instances", "2"], { cwd: folder });
  const told = new Set<string>();
  for (const cloud of ["aws", "gcp", "aws", "gcp"]) told.add(await greet(await urlOf(cli, cloud)));
  expect([...told]).toEqual([expect.stringMatching(/^mcp-anycloud dev:[\w+/]{43}=, Ada!$/)]);
});

test("--no-store keeps nothing, whatever the environment says", async () => {
  const { folder } = project({ "server.ts": teller("MCP_ANYCLOUD_TABLE") });
  const cli = start(["--target", "gcp", "--no-store"], { cwd: folder, environment: { MCP_ANYCLOUD_TABLE: "theirs" } });
  const url = await urlOf(cli, "gcp");
  expect(await greet(url)).toBe("undefined, Ada!");
  expect((await send(url, INITIALIZE)).headers.get("mcp-session-id")).toBeNull();
  expect(tablesOf(cli)).toEqual([]);
});

test("a table and keys of the user's own are used instead", async () => {
  const { folder } = project({ "server.ts": teller("MCP_ANYCLOUD_TABLE", "MCP_ANYCLOUD_STATE_KEYS", "AWS_REGION") });
  const key = `mine:${"A".repeat(43)}=`;
  const environment = { MCP_ANYCLOUD_TABLE: "theirs", MCP_ANYCLOUD_STATE_KEYS: key, AWS_REGION: "eu-central-1" };
  const cli = start(["--target", "gcp"], { cwd: folder, environment });
  await cli.printed(/^state +\(AWS\) +table theirs$/m);
  expect(await greet(await urlOf(cli, "gcp"))).toBe(`theirs ${key} eu-central-1, Ada!`);
  expect(tablesOf(cli)).toEqual([]);
});

test("beside a secret with keys of the user's own there are no fresh ones", async () => {
  const { folder } = project({ "server.ts": teller("MCP_ANYCLOUD_STATE_KEYS_SECRET", "MCP_ANYCLOUD_STATE_KEYS") });
  const cli = start(["--target", "gcp"], { cwd: folder, environment: { MCP_ANYCLOUD_STATE_KEYS_SECRET: "theirs" } });
  expect(await greet(await urlOf(cli, "gcp"))).toBe("theirs , Ada!");
});

test.each(["SIGTERM", "SIGKILL"] as const)("the local table ends with dev when that ends with %s", async (signal) => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  // Killed, it cannot remove its artefacts.
  const cli = start(["--target", "gcp"], { cwd: folder, environment: { TMPDIR: project({}).folder } });
  await cli.printed(/^Serving/m);
  const [, tableUrl = ""] = await cli.printed(ROW);
  expect(tablesOf(cli)).toHaveLength(1);
  expect((await fetch(tableUrl)).status).toBe(200);
  cli.process.kill(signal);
  // The pipes close when the last of its children has ended, too.
  await cli.ended;
  expect(processesOfGroup(cli.process.pid ?? 0)).toEqual([]);
  await expect(fetch(tableUrl)).rejects.toThrow();
});
