import { once } from "node:events";
import { mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createProject, greeter } from "../cli/project.ts";
import { type CliResult, runCli } from "../cli/run-cli.ts";

const server = (before: string, inside = ""): string => `${before}
import { McpServer } from "@modelcontextprotocol/server";
export default { createServer({ authInfo }) {
  ${inside}
  return new McpServer({ name: "probe", version: "1.0.0" });
}, verifier: undefined };`;

const project = createProject({
  "asset.ts": server(
    'import { readFileSync } from "node:fs";\nconst page = "./page.html";\nconst read = () => readFileSync(new URL(page, import.meta.url));\nread();',
  ),
  "page.html": "<p>",
  "factory.ts": server("", '\n  throw new TypeError("no database");'),
  "empty.ts": "export default { createServer() { return {}; } };",
  "throws.ts": 'const settings = JSON.parse("{");\nexport default settings;',
  "hang.ts": "setInterval(() => {}, 1_000);\nawait new Promise(() => {});\nexport default () => {};",
  "loop.ts": "while (true) {}\nexport default () => {};",
  "aws-only.ts": server("", 'if (process.env.AWS_LAMBDA_FUNCTION_NAME) throw new Error("not on Lambda");'),
  "variable.ts": server('if (!process.env.DATABASE) throw new Error("DATABASE is missing");'),
  "callers.ts": server("", 'if (!authInfo.extra.tenant) throw new Error("no tenant");').replace(
    "verifier: undefined",
    "verifier: { verifyAccessToken() { throw new Error() } }",
  ),
  "issuers.ts": server("").replace(
    "verifier: undefined",
    'verifier: { verifyAccessToken() { throw new Error() } }, authorizationServers: ["https://issuer.example"]',
  ),
  "sdk-v1.ts": server("").replace("@modelcontextprotocol/server", "@modelcontextprotocol/sdk/server/mcp.js"),
  "fetch.ts": `import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
export default createMcpHandler(() => new McpServer({ name: "rival", version: "1.0.0" }));`,
  "instance.ts": `import { McpServer } from "@modelcontextprotocol/server";
export default new McpServer({ name: "one", version: "1.0.0" });`,
  "good.ts": greeter("Hello"),
});
afterAll(() => project.remove());

const build = (entry: string, ...flags: string[]): Promise<CliResult> =>
  runCli(["build", entry, "--target", "aws", "--out", `out/${entry}`, ...flags], { cwd: project.folder });

const BROKEN: ReadonlyArray<[entry: string, sentence: RegExp, place: RegExp | undefined]> = [
  [
    "asset.ts",
    /^out\/asset\.ts\/aws does not work as its platform starts it: .*ENOENT.*page\.html.*: name the files that it reads in "assets" \(docs\/assets\.md\)\.$/,
    /\/asset\.ts:3:/,
  ],
  [
    "factory.ts",
    /^The server of factory\.ts does not answer: TypeError: no database \(factory\.ts:5\)$/,
    /factory\.ts:5:/,
  ],
  ["empty.ts", /^empty\.ts: createServer must return an McpServer .* it returned an empty object\.$/, undefined],
  ["throws.ts", /^throws\.ts does not load: SyntaxError: .* \(throws\.ts:1\)$/, /throws\.ts:1:/],
  ["hang.ts", /^hang\.ts does not load within 12 s: look for what it waits for\.$/, undefined],
  ["loop.ts", /^loop\.ts does not load within 12 s: look for what it waits for\.$/, undefined],
  [
    "aws-only.ts",
    /^out\/aws-only\.ts\/aws does not work as its platform starts it: server\/discover is .*, and said "Error: not on Lambda"\.$/,
    /aws-only\.ts:4:/,
  ],
];

describe("build starts what it made", () => {
  test.concurrent.each(BROKEN)(
    "%s ends it with code 1, one sentence and the stack of the sources",
    async (entry, said, place) => {
      const { code, stdout, stderr } = await build(entry);
      const [sentence, ...stack] = stderr.trimEnd().split("\n");
      expect(sentence).toMatch(said);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      for (const line of stack) expect(line).toMatch(/^ {4}at /);
      expect(stack.length).toBeLessThanOrEqual(10);
      if (place) expect(stack.join("\n")).toMatch(place);
      else expect(stack).toEqual([]);
    },
  );

  test("the stack names sources in folders of any name, also where the artefacts lie behind a link", async () => {
    project.write("50% #1?/throws.ts", 'export const run = (): never => {\n  throw new Error("not there");\n};');
    project.write("odd.ts", server('import { run } from "./50% #1?/throws.ts";\nif (process.env.K_SERVICE) run();'));
    mkdirSync(join(project.folder, "elsewhere"));
    symlinkSync("elsewhere", join(project.folder, "link"));
    const flags = ["--target", "gcp", "--out", "link"];
    const { code, stderr } = await runCli(["build", "odd.ts", ...flags], { cwd: project.folder });
    expect(stderr).toContain(`${project.folder}/50% #1?/throws.ts:2:9)`);
    expect(stderr).not.toContain("index.mjs");
    expect(code).toBe(1);
  });

  test("a module that listens on a port of its own is told to leave that out", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    try {
      const { port } = taken.address() as AddressInfo;
      const listen = `if (process.env.AWS_LAMBDA_FUNCTION_NAME) createServer().listen(${port});`;
      project.write("listens.ts", server(`import { createServer } from "node:http";\n${listen}`));
      const { code, stderr } = await build("listens.ts");
      expect(stderr).toMatch(
        /^out\/listens\.ts\/aws does .*"Error: listen EADDRINUSE: .*": leave out what listens on a port/,
      );
      expect(code).toBe(1);
    } finally {
      taken.close();
    }
  });

  test("a server of SDK v1 is asked what it speaks", async () => {
    expect(await build("sdk-v1.ts")).toMatchObject({ code: 0, stderr: "" });
  });

  test("a createMcpHandler() answers through every ingress", async () => {
    const result = await runCli(["build", "fetch.ts", "--out", "out/fetch.ts"], { cwd: project.folder });
    expect(result).toMatchObject({ code: 0, stderr: "" });
  });

  test("one server for all is told how to be wrapped", async () => {
    const { code, stderr } = await build("instance.ts");
    expect(stderr).toMatch(/^instance\.ts: The server is one McpServer, .* wrap what builds it in a function, .*\n$/);
    expect(code).toBe(2);
  });

  test("--env gives it variables, and nothing else of the shell reaches it", async () => {
    const environment = { DATABASE: "there" };
    const shell = await runCli(["build", "variable.ts", "--target", "gcp"], { cwd: project.folder, environment });
    expect(shell).toMatchObject({ code: 1, stderr: expect.stringContaining("DATABASE is missing") });
    expect(await build("variable.ts", "--env", "DATABASE=there")).toMatchObject({ code: 0, stderr: "" });
  });

  test("a factory may refuse a caller that is made up", async () => {
    const { code, stderr } = await build("callers.ts");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "Warning: callers.ts: createServer threw for a caller that was made up: Error: no tenant\n",
    });
  });

  test("settings of the deployment that are missing are told, and asked for", async () => {
    const { code, stderr } = await build("issuers.ts");
    expect(stderr).toMatch(
      /^Warning: the artefacts were not started\. .*--env: issuers\.ts: .*MCP_ANYCLOUD_PUBLIC_URL/,
    );
    expect(code).toBe(0);
    const url = "MCP_ANYCLOUD_PUBLIC_URL=https://mcp.example";
    expect(await build("issuers.ts", "--env", url)).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("--json", () => {
  test("lists what was made", async () => {
    const { code, stdout, stderr } = await build("good.ts", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const folder = `${project.folder}/out/good.ts/aws`;
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      artefacts: [{ cloud: "aws", folder, zip: `${folder}.zip`, files: expect.any(Array), assets: [], packages: [] }],
      warnings: [],
    });
  });

  test("tells what went wrong", async () => {
    const { code, stdout } = await build("factory.ts", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      error: {
        code: "BUILD_FAILED",
        message: "The server of factory.ts does not answer: TypeError: no database (factory.ts:5)",
        stack: expect.arrayContaining([expect.stringContaining("factory.ts:5:")]),
      },
    });
  });
});
