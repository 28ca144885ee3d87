import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environmentFor, type InvokedServer, startInvoked } from "./aws/invoke-server.ts";
import { createProject } from "./cli/project.ts";
import { runCli } from "./cli/run-cli.ts";

const SERVER = `
import { McpServer } from "@modelcontextprotocol/server";
import { defineServer } from "mcp-anycloud";
import { z } from "zod";

export default defineServer({
  createServer() {
    const server = new McpServer({ name: "desk", version: "1.0.0" });
    const answer = (text) => ({ content: [{ type: "text", text }] });
    const readOnly = { readOnlyHint: true };
    server.registerTool("erase", { description: "Erases" }, () => answer("erased"));
    server.registerTool("read", { annotations: readOnly, inputSchema: z.object({ id: z.string() }) }, ({ id }) => answer("read " + id));
    server.registerTool("count", { annotations: readOnly, inputSchema: z.object({ of: z.string().optional() }) }, () => answer("3 things"));
    server.registerTool("fail", { annotations: readOnly }, () => { throw new Error("out of paper"); });
    return server;
  },
});
`;
const project = createProject({ "server.ts": SERVER });
let server: InvokedServer;
let environment: Record<string, string>;
beforeAll(async () => {
  server = await startInvoked(`${project.folder}/server.ts`);
  environment = environmentFor(server);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  project.remove();
});

const smoke = (...args: string[]) => runCli(["smoke", ...args], { environment });
const LAMBDA = ["--lambda", "mcp-anycloud:live", "--region", "us-east-1"];

test("a server that works is a table and exit code 0, over HTTP and through Lambda", async () => {
  for (const target of [[`${server.url}/mcp`], LAMBDA]) {
    const { code, stdout, stderr } = await smoke(...target);
    expect([code, stderr]).toEqual([0, ""]);
    const rows = stdout.trimEnd().split("\n");
    expect(rows[0]).toMatch(/^step +outcome +ms$/);
    expect(rows[1]).toMatch(/^connect +desk speaks 2026-07-28 +\d+$/);
    expect(rows[2]).toMatch(/^tools\/list +4 tools: erase, read, count, fail +\d+$/);
    // The first that only reads and needs nothing.
    expect(rows[3]).toMatch(/^tools\/call count +3 things +\d+$/);
    expect(rows).toHaveLength(4);
  }
});

test("the tool that is asked for is called with its arguments", async () => {
  const { code, stdout } = await smoke(...LAMBDA, "--call", 'read={"id":"a=b"}');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^tools\/call read +read a=b +\d+$/m)]);
});

test("a tool that fails is exit code 1 and one sentence", async () => {
  const { code, stdout, stderr } = await smoke(...LAMBDA, "--call", "fail");
  expect([code, stderr]).toEqual([1, "The tool fail answers with an error: out of paper\n"]);
  expect(stdout).toMatch(/^tools\/call fail +failed +\d+$/m);
});

test("a function that does not exist is exit code 1 and one sentence", async () => {
  const { code, stdout, stderr } = await smoke("--lambda", "gone");
  expect([code, stderr]).toEqual([
    1,
    "Lambda has no function gone in this region and account: correct the name, the alias or the region.\n",
  ]);
  expect(stdout).toMatch(/^connect +failed +\d+$/m);
});

test("without anything harmless to call, it says so", async () => {
  const bare = SERVER.replaceAll("readOnlyHint: true", "readOnlyHint: false");
  await using other = await startInvoked(project.write("bare.ts", bare));
  const { code, stdout } = await smoke(`${other.url}/mcp`);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^tools\/call +left out: no tool is read-only and needs no/m),
  ]);
});

test("the values of headers are sent, and never printed", async () => {
  const repeater = createServer((request, response) => {
    const message = `no ${request.headers.authorization} ${request.headers["x-key"]}`;
    response.writeHead(200, { "content-type": "application/json" });
    request.on("data", (body) => {
      const { id = null } = JSON.parse(body);
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message } }));
    });
  });
  await new Promise<void>((resolve) => repeater.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(repeater.address() as AddressInfo).port}/mcp`;
  try {
    const headers = ["--header", "Authorization=Bearer s3cr3t-token", "--header", "X-Key=k=1234"];
    const { code, stdout, stderr } = await smoke(url, ...headers);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no \*\*\* \*\*\*/);
    expect(stdout + stderr).not.toMatch(/s3cr3t|1234/);
  } finally {
    repeater.closeAllConnections();
    await new Promise((resolve) => repeater.close(resolve));
  }
});

describe("a wrong command exits with 2 and says what to write instead", () => {
  test.each([
    [[], "Nothing says what to try: give a url or --lambda NAME[:ALIAS]"],
    [["mcp.example.com"], '"mcp.example.com" is no address: give one such as https://mcp.example.com/mcp'],
    [["ftp://a/b"], '"ftp://a/b" is no address'],
    [["https://ada:secret@a/b"], "The address has a name or a password in it: send it with --header"],
    [["//ada:secret@a/b"], "The address has a name or a password in it"],
    [["ada:secret@a/b"], "The address has a name or a password in it"],
    [["http://a", "http://b"], "There is one url, not 2: leave out http://b"],
    [["http://a", "--region", "us-east-1"], "--region is for --lambda alone: leave it out"],
    [["--lambda"], "--lambda needs a value"],
    [["http://a", "--header", "Authorization: Bearer s3cr3t"], "A --header is not of the form NAME=VALUE: write"],
    [["http://a", "--header", "a b=s3cr3t"], "A --header is not of the form NAME=VALUE: write"],
    [["http://a", "--timeout", "0"], '--timeout cannot be "0": give a whole number from 1 to 900'],
    [["http://a", "--call", "x={"], '--call cannot be "x={": give a tool and its arguments'],
    [["http://a", "--fast"], "mcp-anycloud smoke has no flag --fast: leave it out, or see mcp-anycloud --help."],
  ])("smoke %j", async (args, sentence) => {
    const { code, stdout, stderr } = await smoke(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(stderr).not.toContain("s3cr3t");
  });

  test("--help and --version are the command line's own", async () => {
    expect((await smoke("--help")).stdout).toContain("--lambda NAME[:ALIAS]");
    expect((await smoke("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
