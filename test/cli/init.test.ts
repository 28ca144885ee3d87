import { execFile } from "node:child_process";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findTerraform, NO_TERRAFORM, terraformIn } from "../templates/run/terraform.ts";
import { startStubProviders } from "../templates/stub/reattached.ts";
import { createProject, type Project, ROOT } from "./project.ts";
import { type CliResult, runCli } from "./run-cli.ts";

let project: Project;
afterEach(() => project.remove());

/** Runs `mcp-anycloud init` in a project that has these files. */
async function init(args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  project = createProject(files);
  return runCli(["init", ...args], { cwd: project.folder });
}

const read = (path: string): string => readFileSync(join(project.folder, path), "utf8");
/** Paths of all files but installed ones. */
const written = (): string[] =>
  readdirSync(project.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(project.folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith("node_modules"))
    .sort();

/** Puts this package beside the packages of the repository, as an install does. */
function installToolkit(): void {
  const modules = join(project.folder, "node_modules");
  rmSync(modules);
  mkdirSync(modules);
  const names = readdirSync(join(ROOT, "node_modules")).filter((name) => !name.startsWith("."));
  for (const name of names) symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  symlinkSync(ROOT, join(modules, "mcp-anycloud"));
}

describe("a new project", () => {
  test.for([
    ["of SDK v2", [], {}],
    ["of SDK v1", ["--sdk", "v1"], {}],
    ["in a folder where npm installed something", [], { "package.json": '{ "dependencies": { "zod": "4.6.7" } }' }],
    ["in a CommonJS package", [], { "package.json": '{ "name": "mine", "type": "commonjs" }' }],
  ] as const)("%s passes its own test", async ([, args, files]) => {
    expect(await init(["--yes", "--name", "notes", ...args], files)).toMatchObject({ code: 0, stderr: "" });
    installToolkit();
    const command = ["--conditions=@mcp-anycloud/source", "--test", "--test-reporter=tap"];
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: project.folder, env: {} });
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(read("package.json")).not.toMatch(/undefined|"\^"/);
  });

  test("has everything for the three clouds and for the editors, under its own name", async () => {
    await init(["notes", "--yes"]);
    const folder = join(project.folder, "notes");
    const files = [
      ".cursor/mcp.json",
      ".env.example",
      ".github/workflows/deploy.yml",
      ".gitignore",
      ".mcp.json",
      ".vscode/mcp.json",
      "cdk.json",
      "infra/aws/app.ts",
      "infra/azure/main.tf",
      "infra/gcp/main.tf",
      "package.json",
      "server.test.ts",
      "server.ts",
      "tsconfig.json",
    ];
    const texts = files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
    expect(texts).not.toContain("my-server");
    expect(JSON.parse(read("notes/.mcp.json")).mcpServers.notes.url).toBe("http://127.0.0.1:8787/mcp");
    expect(JSON.parse(read("notes/.cursor/mcp.json")).mcpServers).toHaveProperty("notes");
    expect(JSON.parse(read("notes/.vscode/mcp.json")).servers).toHaveProperty("notes");
  });

  test("lets Yarn install packages where build finds them, but for a member of a workspace", async () => {
    await init(["--yes"], { "yarn.lock": "" });
    expect(read(".yarnrc.yml")).toBe("nodeLinker: node-modules\n");
    await init(["member", "--yes"], { "yarn.lock": "", "package.json": '{ "workspaces": ["member"] }' });
    expect(existsSync(join(project.folder, "member/.yarnrc.yml"))).toBe(false);
  });

  test.for([
    [["aws"], ["test", "aws"]],
    [
      ["azure", "gcp"],
      ["test", "azure", "gcp"],
    ],
  ])("for %s alone has no other cloud's files", async ([clouds = [], jobs]) => {
    await init(["--yes", "--name", "notes", ...clouds.flatMap((cloud) => ["--target", cloud])]);
    expect(globSync("infra/*", { cwd: project.folder }).sort()).toEqual(clouds.map((cloud) => `infra/${cloud}`));
    expect(existsSync(join(project.folder, "cdk.json"))).toBe(clouds.includes("aws"));
    expect("aws-cdk-lib" in JSON.parse(read("package.json")).devDependencies).toBe(clouds.includes("aws"));
    const workflow = parse(read(".github/workflows/deploy.yml"));
    expect(Object.keys(workflow.jobs)).toEqual(jobs);
    for (const cloud of clouds) expect(workflow.jobs[cloud].permissions["id-token"]).toBe("write");
    expect(read(".github/workflows/deploy.yml")).not.toContain("secrets.");
  });

  test.for(["aws", "azure", "gcp"] as const)("has a Terraform root for %s that is valid", async (cloud, { skip }) => {
    const program = findTerraform();
    if (!program) return skip(NO_TERRAFORM);
    await init(["--yes", "--name", "notes", "--target", cloud, "--terraform"]);
    const main = read(`infra/${cloud}/main.tf`);
    project.write(`infra/${cloud}/main.tf`, main.replace("../../node_modules/mcp-anycloud", ROOT));
    const stubs = await startStubProviders();
    try {
      const folder = join(project.folder, "infra", cloud);
      const terraform = terraformIn(program, folder, join(project.folder, "scratch"), stubs.variable);
      for (const command of ["fmt -check -diff", "init -backend=false", "validate"]) {
        const { code, output } = await terraform(...command.split(" "), "-no-color");
        expect({ command, code, output }).toMatchObject({ code: 0 });
      }
    } finally {
      stubs.close();
    }
  });

  test("is asked for where nothing is said; the folder's name is the preset", async () => {
    project = createProject();
    const child = execFile(
      process.execPath,
      ["--conditions=@mcp-anycloud/source", join(ROOT, "cli/main.ts"), "init", "My Notes"],
      { cwd: project.folder },
    );
    let output = "";
    child.stdout?.on("data", (text: string) => {
      output += text;
    });
    child.stdin?.end("\naws, gcp\nv1\n");
    await new Promise((resolve) => child.once("close", resolve));
    expect(output).toContain("Name of the server (my-notes): ");
    expect(JSON.parse(read("My Notes/package.json"))).toMatchObject({
      name: "my-notes",
      dependencies: { "@modelcontextprotocol/sdk": expect.stringMatching(/^\^1\./) },
    });
    expect(globSync("My Notes/infra/*", { cwd: project.folder }).sort()).toEqual([
      "My Notes/infra/aws",
      "My Notes/infra/gcp",
    ]);
  });
});

describe("an existing project", () => {
  const MANIFEST = {
    name: "mine",
    type: "module",
    scripts: { test: "vitest" },
    dependencies: { "@modelcontextprotocol/sdk": "1.20.0", zod: "3.25.76" },
  };
  const FILES = {
    "package.json": JSON.stringify(MANIFEST),
    "src/server.ts": "export default {};\n",
    ".gitignore": "/node_modules\n.env",
    "tsconfig.json": "{}\n",
  };

  test("keeps what it has, and is told what was added", async () => {
    const { code, stdout } = await init(["--yes", "--name", "notes"], FILES);
    expect(code).toBe(0);
    expect(read("src/server.ts")).toBe(FILES["src/server.ts"]);
    expect(read("tsconfig.json")).toBe(FILES["tsconfig.json"]);
    expect(existsSync(join(project.folder, "server.ts"))).toBe(false);
    expect(existsSync(join(project.folder, "server.test.ts"))).toBe(false);
    const manifest = JSON.parse(read("package.json"));
    expect(manifest).toMatchObject(MANIFEST);
    expect(Object.keys(manifest.dependencies).sort()).toEqual(["@modelcontextprotocol/sdk", "mcp-anycloud", "zod"]);
    expect(read(".gitignore").split("\n").slice(0, 4)).toEqual(["/node_modules", ".env", "dist/", "cdk.out/"]);
    expect(stdout).toMatch(/^tsconfig\.json +was there, and stays as it is$/m);
    expect(stdout).toMatch(/^package\.json +added script dev, .*mcp-anycloud/m);
  });

  test("is the same after a second time", async () => {
    await init(["--yes", "--name", "notes"], FILES);
    const before = written().map((path) => [path, read(path)]);
    const { code, stdout } = await runCli(["init", "--yes", "--name", "notes"], { cwd: project.folder });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/ written$| added /m);
    expect(written().map((path) => [path, read(path)])).toEqual(before);
  });
});

describe("a project that somebody else laid out", () => {
  test("keeps the indentation and the line ends of package.json and .gitignore", async () => {
    const manifest = JSON.stringify({ name: "mine", scripts: { test: "vitest" } }, undefined, "\t");
    const files = {
      "package.json": `\uFEFF${manifest}\n`.replaceAll("\n", "\r\n"),
      ".gitignore": "node_modules/\r\n",
    };
    expect(await init(["--yes", "--name", "notes"], files)).toMatchObject({ code: 0, stderr: "" });
    expect(read("package.json")).toMatch(/^\{\r\n\t"name": "mine",\r\n\t"scripts": \{\r\n\t\t"test": "vitest",/);
    for (const path of ["package.json", ".gitignore"]) expect(read(path).replaceAll("\r\n", "")).not.toContain("\n");
  });

  test.for([
    ["pnpm-lock.yaml", "pnpm", "pnpm@10 install --frozen-lockfile"],
    ["yarn.lock", "yarn", "yarn install --immutable"],
    ["bun.lock", "bun", "bun@1 install --frozen-lockfile"],
    ["package-lock.json", "npm", "npm ci"],
  ])("with %s is installed by %s, here and in its pipeline", async ([file = "", manager, install = ""]) => {
    const { stdout } = await init(["--yes", "--name", "notes"], { [file]: "" });
    expect(stdout).toContain(`  ${manager} install\n`);
    const workflow = read(".github/workflows/deploy.yml");
    expect(workflow).toContain(install);
    expect(workflow.includes("npm ci")).toBe(manager === "npm");
  });

  test("as a folder of a workspace finds the modules at the root, and is told where GitHub reads workflows", async () => {
    project = createProject({
      "package.json": '{ "private": true, "workspaces": ["servers/*"] }',
      ".git/HEAD": "",
      "servers/notes/package.json": '{ "name": "notes", "type": "module" }',
    });
    const cwd = join(project.folder, "servers/notes");
    const { code, stdout } = await runCli(["init", "--yes"], { cwd });
    expect(code).toBe(0);
    expect(read("servers/notes/infra/azure/main.tf")).toContain(
      '"../../../../node_modules/mcp-anycloud/templates/azure"',
    );
    expect(existsSync(join(cwd, ".github"))).toBe(false);
    expect(stdout).toMatch(/^\.github\/workflows\/deploy\.yml +left out: GitHub reads workflows at .* alone/m);
  });
});

describe("nothing is written, and one sentence says why,", () => {
  const cases: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
    ["for a wrong name", ["--yes", "--name", "No"], {}, /^The name cannot be "No": give 3 to 24 /],
    ["for a wrong cloud", ["--yes", "--target", "ibm"], {}, /^There is no cloud "ibm": give aws, azure or gcp/],
    ["for a wrong SDK", ["--yes", "--sdk", "v3"], {}, /^There is no SDK "v3": give v2 or v1/],
    ["for two folders", ["one", "two"], {}, /^There is one folder to write to: leave out two/],
    ["for a file as folder", ["notes", "--yes"], { notes: "" }, /^notes is a file: name a folder, new or old\.$/m],
    ["for a manifest that is no JSON", ["--yes"], { "package.json": "{" }, /^package\.json is not a JSON object/],
    [
      "for a file in the place of a folder",
      ["--yes"],
      { infra: "" },
      /^infra is a file here, where init writes a folder/,
    ],
    [
      "for a folder in the place of a file",
      ["--yes"],
      { "server.test.ts/a": "" },
      /^server\.test\.ts is a folder here/,
    ],
  ];
  test.for(cases)("%s", async ([, args, files, sentence]) => {
    const { code, stdout, stderr } = await init(args, files);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(written()).toEqual(Object.keys(files));
  });
});
