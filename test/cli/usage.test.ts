import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createProject, greeter, ROOT } from "./project.ts";
import { type CliOptions, runCli } from "./run-cli.ts";

const project = createProject({
  "server.ts": greeter("Hello"),
  "nothing.ts": "export const greeting = 'Hello';",
  "shape.ts": "export default { tools: [] };",
  "syntax.ts": "export default {\n  createServer( {\n};",
  "throws.ts": "const settings: any = undefined;\n\nexport default settings.server;",
  "import.ts": 'import x from "not-installed/part";\nexport default x;',
  "never.ts": "await new Promise(() => {});\nexport default () => {};",
  "notes.md": "# Notes",
  "types.d.ts": "declare const server: object;\nexport default server;",
  "said.ts": 'console.error("Set DATABASE_URL."); process.exit(1);\nexport default 1;',
  "venv/.env/bin": "",
  "empty/package.json": "{}",
  "wrong/package.json": '{ "mcp-anycloud": { "entry": "gone.ts" } }',
  "broken/package.json": "{",
  "null/package.json": "null",
});
afterAll(() => project.remove());

test("--help prints every command and flag", async () => {
  const { code, stdout, stderr } = await runCli(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const flags = ["--target", "--port", "--instances", "--amnesia", "--no-store", "--env", "--call", "--out"];
  for (const word of ["dev", "build", ...flags]) expect(stdout).toContain(word);
});

test("--version prints the version of the package", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(await runCli(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

const SHAPE = "The server must be defineServer({ createServer }) or a function that returns an McpServer;";
const CASES: ReadonlyArray<[args: string[], code: number, sentence: string, options?: CliOptions]> = [
  [
    ["destruct"],
    2,
    'There is no command "destruct": use init, dev, build, smoke, deploy, diff, lock or audit, or see mcp-anycloud --help.',
  ],
  [["audit", "verify", "gone.log"], 2, "The keys that signed the log are missing: set MCP_ANYCLOUD_STATE_KEYS"],
  [["dev", "--env", "NOT_SET"], 2, "The environment has no variable NOT_SET"],
  [["build", "gone.ts"], 2, "There is no file gone.ts: give the path of your server's module."],
  [["dev", "gone.ts"], 2, "There is no file gone.ts: give the path of your server's module."],
  [["build", "notes.md"], 2, "notes.md is not a JavaScript or TypeScript module"],
  [["build", "types.d.ts"], 2, "types.d.ts is not a JavaScript or TypeScript module"],
  [["build", "gone.ts"], 2, "There is no file gone.ts: give", { cwd: join(project.folder, "venv") }],
  [["dev", "said.ts"], 1, 'said.ts does not load: it ended (exit code 1), and said "Set DATABASE_URL.".'],
  [["build"], 2, "There is no server to be found here", { cwd: join(project.folder, "empty") }],
  [["build"], 2, "There is no file gone.ts, which package.json names", { cwd: join(project.folder, "wrong") }],
  [["build"], 2, "There is no server to be found here", { cwd: join(project.folder, "null") }],
  [["build"], 2, "package.json is not valid JSON", { cwd: join(project.folder, "broken") }],
  [["build", "nothing.ts"], 2, "nothing.ts has no default export: end it with"],
  [["dev", "nothing.ts"], 2, "nothing.ts has no default export: end it with"],
  [["dev", "shape.ts"], 2, `shape.ts: ${SHAPE} it is an object with tools.`],
  [["build", "syntax.ts"], 1, "syntax.ts:3:2: "],
  [["build", "import.ts"], 1, 'import.ts:1:15: Could not resolve "not-installed/part": install it (npm install not-in'],
  [["dev", "throws.ts"], 1, "throws.ts does not load: TypeError: Cannot read properties of undefined"],
  [["dev", "never.ts"], 1, "never.ts does not load: it awaits a promise that nothing settles."],
  [["build", "--out", "notes.md"], 1, "cannot be written (ENOTDIR): choose another folder."],
  [
    ["dev"],
    1,
    "The environment is not valid: MCP_ANYCLOUD_HEARTBEAT_SECONDS must be a whole number of seconds from 1 to 200",
    { environment: { MCP_ANYCLOUD_HEARTBEAT_SECONDS: "soon" } },
  ],
  [
    ["build", "shape.ts", "--env", "MCP_ANYCLOUD_PATH=mcp"],
    1,
    "not valid: MCP_ANYCLOUD_PATH must be a path such as /mcp",
  ],
  [["dev", "--env", "MCP_ANYCLOUD_PATH=mcp"], 1, "The environment is not valid: MCP_ANYCLOUD_PATH must be a path"],
];

test.concurrent.each(CASES)("mcp-anycloud %j ends with code %i", async (args, code, sentence, options) => {
  const result = await runCli(args, { cwd: project.folder, ...options });
  expect(result.stderr).toContain(sentence);
  expect(result.stderr).not.toMatch(/^ {4}at /m);
  // One sentence, and nothing that looks like success before it.
  expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
  const firstLine = /^mcp-anycloud \S+ builds \S+ for [^.]+\.\n/;
  expect({ ...result, stdout: result.stdout.replace(firstLine, "") }).toMatchObject({ code, stdout: "" });
});

test("a port in use is told before anything is served", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  try {
    const { port } = taken.address() as AddressInfo;
    const { code, stdout, stderr } = await runCli(["dev", "--target", "gcp", "--port", String(port)], {
      cwd: project.folder,
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Port ${port} is taken by another program: end that program or choose another port with --port.\n`,
    });
    expect(stdout).not.toContain("http://");
  } finally {
    taken.close();
  }
});

test("MCP_ANYCLOUD_DEBUG=1 shows the stack", async () => {
  const { stderr } = await runCli(["destruct"], { environment: { MCP_ANYCLOUD_DEBUG: "1" } });
  expect(stderr).toMatch(/^ {4}at /m);
});
