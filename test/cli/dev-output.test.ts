import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, expect, test, vi } from "vitest";
import { createDevRuns, greet } from "./dev-runs.ts";
import { greeter, ROOT } from "./project.ts";

const { project, start, end } = createDevRuns();
afterEach(end);
vi.setConfig({ testTimeout: 180_000 });

/** Its tool throws on line 4, in SDK v2 or v1, or in a server without McpServer. */
const thrower = (sdk: "v1" | "v2" | "low-level"): string => {
  const imports = {
    v2: `import { McpServer } from "@modelcontextprotocol/server";`,
    v1: `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";`,
    "low-level": `import { Server } from "@modelcontextprotocol/server";`,
  };
  const tool = `server.registerTool("fail", { inputSchema: z.object({ name: z.string() }) }, async () => fail());`;
  const bodies = {
    v2: `const server = new McpServer({ name: "s", version: "1" });\n${tool}`,
    v1: `const server = new McpServer({ name: "s", version: "1" });\n${tool}`,
    "low-level": `const server = new Server({ name: "s", version: "1" }, { capabilities: { tools: {} } });
      server.setRequestHandler("tools/list", async () => ({ tools: [{ name: "fail", inputSchema: { type: "object" } }] }));
      server.setRequestHandler("tools/call", async () => fail());`,
  };
  return `${imports[sdk]}
import { z } from "zod";
function fail() {
  throw new RangeError("out of ink");
}
export default { createServer() { ${bodies[sdk]}\nreturn server; } };\n`;
};

async function callFail(url: string): Promise<void> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  // Names that no answer had are not shown.
  await client.listTools();
  await client.callTool({ name: "fail", arguments: { name: "a-secret" } }).catch(() => {});
  await client.close();
}

test.each([
  ["v2", "tool_error"],
  ["v1", "tool_error"],
  ["low-level", "protocol_error"],
] as const)("what a handler of SDK %s throws is told with its outcome and its line", async (sdk, outcome) => {
  const { folder } = project({ "server.ts": thrower(sdk) });
  const cli = start(["--target", "gcp"], { cwd: folder });
  const [, url = ""] = await cli.printed(/^gcp +(http:\S+)/m);
  await callFail(url);
  const [text] = await cli.printed(
    new RegExp(
      `^gcp +\\| POST /mcp tools/call fail → 200 ${outcome} in \\d+ ms\ngcp +\\| {5}RangeError: out of ink\ngcp +\\| +at fail \\(server\\.ts:4:9\\)$`,
      "m",
    ),
  );
  expect(text).not.toContain("node_modules");
  cli.process.kill("SIGTERM");
  // Neither arguments nor the lines by which the instance tells of the request.
  expect((await cli.ended).stdout).not.toMatch(/a-secret|"message":/);
});

test("the first line comes before the server is built", async () => {
  const { folder } = project({ "server.ts": "export default {" });
  const { code, stdout } = await start(["--target", "gcp"], { cwd: folder }).ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/^mcp-anycloud \d+\.\d+\.\d+ builds server\.ts for gcp\.\n$/);
});

test.each([
  [{}, false],
  [{ FORCE_COLOR: "1" }, true],
  [{ FORCE_COLOR: "0" }, false],
] as const)("with %j outside of a terminal, the output has colours: %s", async (environment, hasColors) => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const cli = start(["--target", "gcp", "--call", 'greet={"name":"Ada"}'], { cwd: folder, environment });
  const [line] = await cli.printed(/^gcp.*tools\/call greet → .*$/m);
  expect(line.includes("\u001b[32m200 ok\u001b[39m")).toBe(hasColors);
});

test("--inspect opens one debugger, again after a restart, and says where", async () => {
  const { folder, write } = project({ "server.ts": greeter(`\${process.pid}`) });
  const cli = start(["--target", "gcp", "--inspect"], { cwd: folder });
  const [, url = ""] = await cli.printed(/^gcp +(http:\S+)/m);
  const [, address] = await cli.printed(/^debug +(127\.0\.0\.1:\d+) +Node\.js of gcp$/m);
  const debugged = async (): Promise<string> => {
    const response = await fetch(`http://${address}/json/list`);
    const [target] = (await response.json()) as ReadonlyArray<{ readonly id: string }>;
    return target?.id ?? "";
  };
  await expect.poll(() => debugged().catch(() => ""), { timeout: 60_000 }).not.toBe("");
  const target = await debugged();
  const served = async (): Promise<string> => (await greet(url)).split(",", 1)[0] ?? "";
  const first = await served();
  await cli.printed(/^Serving/m);
  write("server.ts", greeter(`\${process.pid}, still`));
  await cli.printed(/^The sources changed/m);
  await expect.poll(served, { timeout: 60_000 }).not.toBe(first);
  await expect.poll(() => debugged().catch(() => target), { timeout: 60_000 }).not.toBe(target);
});

test("in a terminal, keys open the console, print configurations, restart the instances and quit", async () => {
  const { folder } = project({
    "server.ts": greeter(`\${process.pid}`),
    "bin/xdg-open": '#!/bin/sh\nprintf "%s" "$1" > opened.txt\n',
  });
  chmodSync(join(folder, "bin/xdg-open"), 0o755);
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` };
  const command = [
    "--conditions=@mcp-anycloud/source",
    join(ROOT, "cli/main.ts"),
    "dev",
    "--target",
    "gcp",
    "--port",
    "0",
  ];
  const quoted = [process.execPath, ...command].map((part) => `'${part}'`).join(" ");
  // util-linux's `script` gives it a terminal.
  const terminal = spawn("script", ["-qec", quoted, "/dev/null"], {
    cwd: folder,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  terminal.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const printed = async (pattern: RegExp): Promise<string> => {
    await expect.poll(() => text, { timeout: 90_000 }).toMatch(pattern);
    return pattern.exec(text)?.[1] ?? "";
  };
  try {
    await printed(/o console {3}i Inspector {3}c client configurations {3}r restart {3}q quit/);
    const url = await printed(/gcp +(http:\S+)/);
    terminal.stdin.write("o");
    const consoleUrl = await printed(/console +(http:\S+)/);
    const opened = (): string => readFileSync(join(folder, "opened.txt"), "utf8");
    await expect.poll(() => existsSync(join(folder, "opened.txt")) && opened(), { timeout: 60_000 }).toBe(consoleUrl);
    terminal.stdin.write("i");
    await printed(/npx @modelcontextprotocol\/inspector --transport http --server-url http:\S+/);
    terminal.stdin.write("c");
    expect(await printed(/(claude mcp add --transport http [\w-]+ \S+)/)).toContain(url);
    await printed(/\(\.cursor\/mcp\.json\)[\s\S]*\(\.vscode\/mcp\.json\)/);
    const before = await greet(url);
    terminal.stdin.write("r");
    await printed(/(The ingresses have new instances\.)/);
    await expect.poll(() => greet(url), { timeout: 60_000 }).not.toBe(before);
    const ended = once(terminal, "exit");
    terminal.stdin.write("q");
    expect(await ended).toEqual([0, null]);
  } finally {
    terminal.kill("SIGKILL");
  }
});

test("it warns once of a file that no artefact has", async () => {
  const { folder } = project({
    "server.ts": `${greeter("Hello")}\nvoid new URL("./card.html", import.meta.url);`,
  });
  const cli = start([], { cwd: folder });
  const [output] = await cli.printed(/^.*Ctrl-C stops/s);
  expect(output.match(/^Warning: .*$/gm)).toEqual([
    'Warning: server.ts:17 names card.html, which is not shipped: add it to "assets" of "mcp-anycloud" in package.json.',
  ]);
});
