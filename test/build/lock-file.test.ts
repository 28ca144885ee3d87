import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { portable } from "../../cli/build/packages/lock-file.ts";
import { createProject, greeter, ROOT } from "../cli/project.ts";
import { runCli } from "../cli/run-cli.ts";

const run = promisify(execFile);
const FRAMEWORK = "@google-cloud/functions-framework";

const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"));

/** A server whose package `@shop/shelf` is on this disk alone. */
const project = createProject({
  "package.json": JSON.stringify({
    name: "shop",
    type: "module",
    dependencies: { "@shop/shelf": "file:shelf" },
    "mcp-anycloud": { external: ["@shop/shelf"] },
  }),
  "shelf/package.json": '{ "name": "@shop/shelf", "version": "1.2.3", "main": "index.cjs", "files": ["index.cjs"] }',
  "shelf/index.cjs": 'exports.title = "On the shelf";',
  "shelf/secret.txt": "not a part of the package",
  "server.ts": `import { title } from "@shop/shelf";\nif (title === "") throw new Error();\n${greeter("Hello")}`,
});
const deployed = join(project.folder, "deployed");

beforeAll(async () => {
  rmSync(join(project.folder, "node_modules"));
  mkdirSync(join(project.folder, "node_modules/@shop"), { recursive: true });
  symlinkSync(join(project.folder, "shelf"), join(project.folder, "node_modules/@shop/shelf"));
  for (const name of ["@modelcontextprotocol", "zod"])
    symlinkSync(join(ROOT, "node_modules", name), join(project.folder, "node_modules", name));
  const built = await runCli(["build", "--target", "gcp", "server.ts"], { cwd: project.folder });
  expect(built).toMatchObject({ code: 0, stderr: "" });
  // As gcloud uploads it (.gcloudignore).
  const isSent = (path: string): boolean => path !== join(project.folder, "dist/gcp/node_modules");
  cpSync(join(project.folder, "dist/gcp"), deployed, { recursive: true, filter: isSent });
});
afterAll(() => project.remove());

/** npm, which can ask no registry and has nothing in its cache. */
const npm = (...args: string[]): Promise<unknown> =>
  run("npm", [...args, "--offline", "--no-audit", "--no-fund"], {
    cwd: deployed,
    env: { ...process.env, npm_config_cache: join(project.folder, "cache") },
  });

describe("the lock file of the artefact for Google Cloud", () => {
  test("agrees with its package.json", async () => {
    await npm("ls", "--all", "--package-lock-only");
    const lock = readJson(join(deployed, "package-lock.json"));
    const framework = readJson(join(ROOT, "package.json")).devDependencies[FRAMEWORK];
    expect(lock.packages[`node_modules/${FRAMEWORK}`].version).toBe(framework);
    expect(lock.packages[`node_modules/${FRAMEWORK}/node_modules/express`].integrity).toMatch(/^sha512-/);
  });

  test("names no place of this machine", () => {
    const text = readFileSync(join(deployed, "package-lock.json"), "utf8");
    expect(text).not.toMatch(/https?:\/\/[^"]*\.tgz/);
    expect(text).not.toContain(project.folder);
    expect(readFileSync(join(deployed, "package.json"), "utf8")).not.toContain(project.folder);
  });

  test("brings a package from the disk, as npm packs it", async () => {
    const manifest = readJson(join(deployed, "package.json"));
    expect(manifest.dependencies["@shop/shelf"]).toBe("file:local-packages/@shop/shelf");
    // The framework would have to be fetched.
    const lock = readJson(join(deployed, "package-lock.json"));
    delete manifest.dependencies[FRAMEWORK];
    delete lock.packages[""].dependencies[FRAMEWORK];
    for (const place of Object.keys(lock.packages)) if (place.includes(FRAMEWORK)) delete lock.packages[place];
    writeFileSync(join(deployed, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(deployed, "package-lock.json"), JSON.stringify(lock));
    await npm("ci");
    const script =
      'const fs = require("fs"); console.log(require("@shop/shelf").title, fs.readdirSync(fs.realpathSync("node_modules/@shop/shelf")).join());';
    const { stdout } = await run(process.execPath, ["-e", script], { cwd: deployed });
    expect(stdout.trim()).toBe("On the shelf index.cjs,package.json");
  });
});

test("an optional dependency that nothing was found for is left out, and what a local package needs moves with it", () => {
  const locked = portable({
    "node_modules/chart": {
      version: "1.0.0",
      resolved: "https://registry.example/chart-1.0.0.tgz",
      optionalDependencies: { "chart-linux": "1.0.0", "chart-solaris": "1.0.0" },
    },
    "node_modules/chart-linux": { version: "1.0.0", resolved: "https://registry.example/chart-linux-1.0.0.tgz" },
    "node_modules/shelf": { version: "1.2.3", resolved: "file:/home/ada/shelf", integrity: "sha512-x" },
    "node_modules/shelf/node_modules/chart": { version: "0.9.0", resolved: "https://registry.example/c.tgz" },
    "node_modules/shelf-life": { version: "2.0.0", resolved: "git+ssh://git@host.example/shelf-life.git#1" },
  });
  expect(locked).toEqual({
    "node_modules/chart": { version: "1.0.0", optionalDependencies: { "chart-linux": "1.0.0" } },
    "node_modules/chart-linux": { version: "1.0.0" },
    "node_modules/shelf": { resolved: "local-packages/shelf", link: true },
    "local-packages/shelf": { version: "1.2.3" },
    "local-packages/shelf/node_modules/chart": { version: "0.9.0" },
    "node_modules/shelf-life": { version: "2.0.0", resolved: "git+ssh://git@host.example/shelf-life.git#1" },
  });
});
