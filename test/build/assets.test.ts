import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProject, greeter, ROOT } from "../cli/project.ts";
import { runCli } from "../cli/run-cli.ts";

const run = promisify(execFile);
const CLOUDS = ["aws", "azure", "gcp"] as const;

const SERVER = `
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import page from "../pages/page.html";
import rows from "../pages/rows.sql";
import { banner, place } from "paper";
const __dirname = dirname(fileURLToPath(import.meta.url));
const { filename } = import.meta;
const own = import.meta;
const said = {
  url: readFileSync(new URL("../pages/page.html", import.meta.url), "utf8"),
  dirname: readFileSync(join(import.meta.dirname, "words/größe one.md"), "utf8"),
  own: __dirname.endsWith("/src"),
  resolved: readFileSync(new URL(import.meta.resolve("../pages/rows.sql")), "utf8"),
  package: own.resolve("node:fs"),
  main: own.main,
  note: "needs import.meta; see",
  more: \`import.meta, and import.meta)\`,
  filename,
  text: page + rows,
  banner,
  place,
  version: JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version,
};
console.log("SAID" + JSON.stringify(said));
${greeter("Hello")}`;

const PAPER = `"use strict";
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
exports.banner = readFileSync(join(__dirname, "../banner.txt"), "utf8");
exports.place = __filename;
`;

const manifest = (settings: object): string =>
  JSON.stringify({ name: "shop", version: "3.2.1", type: "module", "mcp-anycloud": settings });

/** A project with a package of its own beside the toolkit's. */
function createShop(settings: object) {
  const project = createProject({
    "package.json": manifest(settings),
    // As an editor of Windows writes it.
    "src/server.ts": `\uFEFF#!/usr/bin/env node\r\n${SERVER}`,
    "src/words/größe one.md": "größe",
    "pages/page.html": "<p>page</p>",
    "pages/rows.sql": "select 1;",
    "pages/.env": "SECRET=1",
  });
  rmSync(join(project.folder, "node_modules"));
  mkdirSync(join(project.folder, "node_modules"));
  for (const name of ["@modelcontextprotocol", "zod"])
    symlinkSync(join(ROOT, "node_modules", name), join(project.folder, "node_modules", name));
  project.write("node_modules/paper/package.json", '{ "name": "paper", "version": "1.0.0", "main": "lib/index.js" }');
  project.write("node_modules/paper/lib/index.js", PAPER);
  project.write("node_modules/paper/banner.txt", "from the package");
  return project;
}

/** Loads a bundle as its platform does and returns what the server printed. */
async function load(folder: string): Promise<Record<string, unknown>> {
  const globals = "globalThis.awslambda={streamifyResponse:(f)=>f,HttpResponseStream:{from:(s)=>s}};";
  const script = `${globals}import(${JSON.stringify(join(folder, "index.mjs"))}).then(()=>process.exit())`;
  const { stdout } = await run(process.execPath, ["-e", script]);
  return JSON.parse(/SAID(.*)/.exec(stdout)?.[1] ?? "{}");
}

describe("assets", () => {
  const project = createShop({ assets: ["pages/**", "src/words/*.md", "node_modules/paper/*.txt", "package.json"] });
  afterAll(() => project.remove());
  let errors = "";
  beforeAll(async () => {
    const { code, stderr } = await runCli(["build"], { cwd: project.folder });
    errors = stderr;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test.each(CLOUDS)("modules find their files on %s, in a folder far from the project", async (cloud) => {
    const elsewhere = join(project.folder, "deployed here", cloud);
    cpSync(join(project.folder, "dist", cloud), elsewhere, { recursive: true });
    expect(await load(elsewhere)).toEqual({
      url: "<p>page</p>",
      dirname: "größe",
      own: true,
      resolved: "select 1;",
      package: "node:fs",
      main: false,
      note: "needs import.meta; see",
      more: "import.meta, and import.meta)",
      filename: join(elsewhere, "src/server.ts"),
      text: "<p>page</p>select 1;",
      banner: "from the package",
      place: join(elsewhere, "bundled/node_modules/paper/lib/index.js"),
      version: "3.2.1",
    });
  });

  test("what begins with a dot stays at home, and a shipped file gives no warning", () => {
    expect(CLOUDS.map((cloud) => existsSync(join(project.folder, "dist", cloud, "pages/.env")))).toEqual(
      CLOUDS.map(() => false),
    );
    expect(errors).toBe("");
  });

  test("the platforms' own package.json keeps what they need", () => {
    const read = (cloud: string) =>
      JSON.parse(readFileSync(join(project.folder, "dist", cloud, "package.json"), "utf8"));
    expect(read("azure")).toEqual({ name: "shop", version: "3.2.1", private: true, type: "module", main: "index.mjs" });
    expect(read("gcp")).toMatchObject({ name: "shop", version: "3.2.1", scripts: { start: "node server.mjs" } });
  });

  test("the container copies them", () => {
    const dockerfile = readFileSync(join(project.folder, "dist/gcp/container/Dockerfile"), "utf8");
    expect(dockerfile.match(/^COPY \[.*$/gm)).toEqual([
      'COPY ["bundled/","./bundled/"]',
      'COPY ["pages/","./pages/"]',
      'COPY ["src/","./src/"]',
    ]);
  });
});

test("a package that a workspace installed further up is named as if it lay beside package.json", async () => {
  const project = createShop({});
  project.write("apps/one/package.json", manifest({ assets: ["node_modules/paper/*.txt"] }));
  const entry = 'import { banner } from "paper";\nconsole.log("SAID" + JSON.stringify({ banner }));';
  project.write("apps/one/server.ts", `${entry}\n${greeter("Hello")}`);
  try {
    const built = await runCli(["build", "--target", "gcp"], { cwd: join(project.folder, "apps/one") });
    expect(built).toMatchObject({ code: 0, stderr: "" });
    const elsewhere = join(project.folder, "deployed");
    cpSync(join(project.folder, "apps/one/dist/gcp"), elsewhere, { recursive: true });
    expect(await load(elsewhere)).toEqual({ banner: "from the package" });
  } finally {
    project.remove();
  }
});

test("a file that a module names and nobody ships is told with its place", async () => {
  const project = createProject({
    "server.ts": `const card = new URL("./cards/card.html", import.meta.url);\n${greeter("Hello")}void card;
      void new URL("./100%.html", import.meta.url); void new URL("./one%23%3f.html", import.meta.url);`,
    "100%.html": "",
    "one#?.html": "",
    "package.json": manifest({ assets: ["*.html"] }),
  });
  try {
    const { code, stderr } = await runCli(["build", "--target", "aws"], { cwd: project.folder });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'Warning: server.ts:1 names cards/card.html, which is not shipped: add it to "assets" of "mcp-anycloud" in package.json.\n',
    });
  } finally {
    project.remove();
  }
});

test.each([
  [{ assets: "pages" }, 2, /has a wrong "assets" \("pages"\): it must be a list of globs/],
  [{ assets: ["../secret"] }, 2, /has a wrong "assets" \("\.\.\/secret"\)/],
  [{ assets: [1] }, 2, /has a wrong "assets" \(1\)/],
  [{ external: ["sharp/lib"] }, 2, /has a wrong "external" \("sharp\/lib"\): it must be a list of names of packages/],
  [{ asset: [] }, 2, /has no "asset": there are entry, assets, external/],
  [[], 2, /must be an object/],
  [{ assets: ["pages/*.htm"] }, 1, /names "pages\/\*\.htm", which no file matches/],
  [{ assets: ["index.mjs"] }, 1, /has index\.mjs, a file that build makes itself/],
])("%j is refused in one sentence", async (settings, code, sentence) => {
  const project = createProject({
    "package.json": manifest(settings),
    "server.ts": greeter("Hello"),
    "index.mjs": "",
  });
  try {
    const result = await runCli(["build", "--target", "aws", "server.ts"], { cwd: project.folder });
    expect(result).toEqual({ code, stdout: "", stderr: expect.stringMatching(sentence) });
    expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
  } finally {
    project.remove();
  }
});
