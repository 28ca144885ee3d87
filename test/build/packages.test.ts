import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { linkPackages } from "../../cli/build/packages/install.ts";
import { isNative } from "../../cli/build/packages/installed-package.ts";
import { createProject, type Project, ROOT } from "../cli/project.ts";
import { type CliResult, runCli } from "../cli/run-cli.ts";

const SERVER = (imports: string, name: string): string => `${imports}
import { McpServer } from "@modelcontextprotocol/server";
export default { createServer() { return new McpServer({ name: ${name}, version: "1.0.0" }); } };`;

/** The head of an ELF file for a processor, which is all that is looked at. */
function elf(machine: number): Buffer {
  const file = Buffer.alloc(64);
  file.write("\u007fELF", "latin1");
  file.writeUInt16LE(machine, 18);
  return file;
}
const ARM64 = elf(183);
const X64 = elf(62);

interface Package {
  readonly manifest: object;
  readonly files: Readonly<Record<string, string | Buffer>>;
}

/** A package with native code for some processors. */
const native = (codes: Readonly<Record<string, Buffer>>): Package => ({
  manifest: { main: "index.cjs" },
  files: {
    "index.cjs": 'exports.found = require("node:fs").existsSync(__dirname + "/prebuilds");',
    ...Object.fromEntries(Object.entries(codes).map(([arch, code]) => [`prebuilds/linux-${arch}/code.node`, code])),
  },
});

const both = native({ arm64: ARM64, x64: X64 });

const PACKAGES: Readonly<Record<string, Package>> = {
  both,
  "x64-only": native({ x64: X64 }),
  optional: {
    manifest: {
      main: "index.js",
      peerDependencies: { absent: "*" },
      peerDependenciesMeta: { absent: { optional: true } },
    },
    files: {
      "index.js": 'exports.load = () => require("absent"); exports.here = true;',
      "static.mjs": 'import absent from "absent"; export const found = absent;',
    },
  },
};

/** A package with native code and a dependency that only it can see. */
const STORED: Package = {
  manifest: { main: "index.cjs", dependencies: { leaf: "file:../leaf" } },
  files: { ...both.files, "index.cjs": 'exports.found = require("leaf").found;' },
};

const project: Project = createProject();
const write = (name: string, content: string | Buffer): void => {
  mkdirSync(join(project.folder, name, ".."), { recursive: true });
  writeFileSync(join(project.folder, name), content);
};

beforeAll(() => {
  rmSync(join(project.folder, "node_modules"));
  const dependencies: Record<string, string> = {};
  for (const [name, { manifest, files }] of Object.entries(PACKAGES)) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.2.3", ...manifest }));
    for (const [file, content] of Object.entries(files)) write(`node_modules/${name}/${file}`, content);
    // Nothing is asked of a registry.
    dependencies[name] = `file:node_modules/${name}`;
  }
  for (const name of ["@modelcontextprotocol", "zod"])
    symlinkSync(join(ROOT, "node_modules", name), join(project.folder, "node_modules", name));
  // As pnpm lays packages out: each beside its dependencies in a store, and linked from the project.
  const STORE = "node_modules/.pnpm/stored@1.2.3/node_modules";
  write(`${STORE}/stored/package.json`, JSON.stringify({ name: "stored", version: "1.2.3", ...STORED.manifest }));
  for (const [file, content] of Object.entries(STORED.files)) write(`${STORE}/stored/${file}`, content);
  write(`${STORE}/leaf/package.json`, JSON.stringify({ name: "leaf", version: "4.5.6", main: "index.cjs" }));
  write(`${STORE}/leaf/index.cjs`, "exports.found = true;");
  symlinkSync(join(".pnpm", "stored@1.2.3", "node_modules", "stored"), join(project.folder, "node_modules/stored"));
  dependencies.stored = "file:node_modules/stored";
  write(
    "package.json",
    JSON.stringify({ name: "shop", type: "module", dependencies, "mcp-anycloud": { external: ["both", "stored"] } }),
  );
  write(
    "x64/package.json",
    JSON.stringify({ dependencies: { "x64-only": "file:." }, "mcp-anycloud": { external: ["x64-only"] } }),
  );
  write("both.ts", SERVER('import both from "both";', 'String(both.found) + (both.found ? "" : fail())'));
  write("stored.ts", SERVER('import stored from "stored";', 'String(stored.found) + (stored.found ? "" : fail())'));
  write("x64/server.ts", SERVER('import code from "x64-only";', "String(code.found)"));
  write("optional.ts", SERVER('import optional from "optional";', "String(optional.here)"));
  write("reached.ts", SERVER('import optional from "optional";', "optional.load()"));
  write("static.ts", SERVER('import { found } from "optional/static.mjs";', "String(found)"));
});
afterAll(() => project.remove());

const build = (entry: string, target: string): Promise<CliResult> =>
  runCli(["build", entry, "--target", target, "--out", `out/${entry}`], { cwd: project.folder });

describe("a package with native code", () => {
  test.each([
    ["aws", "arm64"],
    ["gcp", "x64"],
  ])("is installed into the artefact of %s, and stays out of the bundle", async (cloud) => {
    const { code, stdout, stderr } = await build("both.ts", cloud);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const folder = join(project.folder, "out/both.ts", cloud);
    expect(existsSync(join(folder, "node_modules/both/index.cjs"))).toBe(true);
    expect(stdout).toContain(`out/both.ts/${cloud}/node_modules/both 1.2.3`);
    expect(readFileSync(join(folder, "index.mjs"), "utf8")).not.toContain("prebuilds");
  });

  test("is in the zip file, and in the container", async () => {
    const zip = readFileSync(join(project.folder, "out/both.ts/aws.zip"));
    expect(zip.includes("node_modules/both/prebuilds/linux-arm64/code.node")).toBe(true);
    const dockerfile = readFileSync(join(project.folder, "out/both.ts/gcp/container/Dockerfile"), "utf8");
    expect(dockerfile).toContain('COPY ["node_modules/","./node_modules/"]');
  });

  test("is installed with its dependencies where pnpm keeps it in a store", async () => {
    const { code, stdout, stderr } = await build("stored.ts", "aws");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const folder = join(project.folder, "out/stored.ts", "aws");
    expect(stdout).toContain("out/stored.ts/aws/node_modules/stored 1.2.3");
    // A link would lead out of the artefact.
    for (const name of ["stored", "leaf"]) {
      const file = realpathSync(join(folder, "node_modules", name, "index.cjs"));
      expect(file).toBe(join(realpathSync(folder), "node_modules", name, "index.cjs"));
    }
  });

  test("without code for the platform, it ends build with code 1 and one sentence", async () => {
    const { code, stdout, stderr } = await build("x64/server.ts", "aws");
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "x64-only has no native code for Linux on arm64: build on a machine with Linux on arm64, such as a container with --platform linux/arm64.\n",
    });
  });
});

test.each<[string, object, boolean]>([
  ["finds its code by name", { dependencies: { bindings: "^1.5.0" } }, true],
  ["has a package for each platform", { optionalDependencies: { "@img/sharp-linux-x64": "0.34.5" } }, true],
  ["starts a worker from a file of its own", { dependencies: { "thread-stream": "^4.0.0" } }, true],
  ["is of JavaScript", { dependencies: { zod: "^4.0.0" }, optionalDependencies: { fsevents: "2.0.0" } }, false],
])("a package that %s is known by its package.json", (_, manifest, isKnown) => {
  expect(isNative({ name: "some", folder: project.folder, manifest })).toBe(isKnown);
});

test("what an interrupted build left beside a bundle is removed by the next one", async () => {
  const outDir = join(project.folder, "out/interrupted");
  const both = { name: "both", folder: join(project.folder, "node_modules/both"), manifest: {} };
  // The second link meets the first one.
  await expect(linkPackages(outDir, [both, both])).rejects.toThrow("EEXIST");
  await linkPackages(outDir, []);
  expect(existsSync(join(outDir, "node_modules"))).toBe(false);
});

test("packages that no build put beside a bundle are not touched", async () => {
  const outDir = join(project.folder, "out/own");
  project.write("out/own/node_modules/own/index.js", "");
  const both = { name: "both", folder: join(project.folder, "node_modules/both"), manifest: {} };
  await expect(linkPackages(outDir, [both])).rejects.toThrow(/node_modules is in the way, and no build made it: /);
  await linkPackages(outDir, []);
  expect(existsSync(join(outDir, "node_modules/own/index.js"))).toBe(true);
});

test("a package that brings built code for each platform in a folder is known by that", () => {
  project.write("prebuilt/prebuilds/linux-x64/addon.node", "");
  const folder = join(project.folder, "prebuilt");
  expect(isNative({ name: "prebuilt", folder, manifest: {} })).toBe(true);
});

describe("a package that is not installed", () => {
  test("is no error of a dependency that can do without", async () => {
    expect(await build("optional.ts", "aws")).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([
    ["reached.ts", "Cannot find module 'absent'"],
    ["static.ts", "Cannot find package 'absent': it was not installed when this was built"],
  ])("is an error when %s reaches it", async (entry, said) => {
    const { code, stderr } = await build(entry, "aws");
    expect(stderr.split("\n")[0]).toContain(said);
    expect(code).toBe(1);
  });

  test('is an error in "external"', async () => {
    project.write("other/package.json", '{ "mcp-anycloud": { "external": ["absent"] } }');
    project.write("other/server.ts", SERVER("", '"other"'));
    const { code, stderr } = await build("other/server.ts", "aws");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        '"external" of "mcp-anycloud" in package.json names absent, which is not installed: npm install absent.\n',
    });
  });
});
