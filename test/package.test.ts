import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "./cli/project.ts";
import { runCli, startCli } from "./cli/run-cli.ts";

/** A user's project that has the package as npm would install it: compiled, beside its dependencies. */
const project = mkdtempSync(join(tmpdir(), "installed-package-"));
const installed = join(project, "node_modules/mcp-anycloud");
const program = [join(installed, "lib/cli/main.js")];
beforeAll(() => {
  mkdirSync(installed, { recursive: true });
  const modules = join(ROOT, "node_modules");
  for (const name of readdirSync(modules)) symlinkSync(join(modules, name), join(project, "node_modules", name));
  const compile = [join(modules, "typescript/bin/tsc"), "-p", "tsconfig.lib.json", "--outDir", join(installed, "lib")];
  execFileSync(process.execPath, compile, { cwd: ROOT });
  copyFileSync(join(ROOT, "package.json"), join(installed, "package.json"));
  copyFileSync(join(ROOT, "examples/greeter/server.ts"), join(project, "server.ts"));
});
afterAll(() => rmSync(project, { recursive: true }));

test("everything package.json points to is there", () => {
  const { exports, bin } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const targets = Object.values<Record<string, string> | string>(exports).flatMap((target) =>
    typeof target === "string" ? [target] : [target.types, target.default],
  );
  for (const file of [...targets, bin["mcp-anycloud"]])
    expect(existsSync(join(installed, String(file))), file).toBe(true);
});

test("npm leaves out what Terraform left in the templates: a state has keys in it", () => {
  const folder = mkdtempSync(join(tmpdir(), "packed-templates-"));
  try {
    const azure = join(folder, "templates/azure");
    mkdirSync(join(azure, ".terraform/providers"), { recursive: true });
    copyFileSync(join(ROOT, "package.json"), join(folder, "package.json"));
    const kept = ["main.tf", "README.md"];
    const left = [
      ".terraform.lock.hcl",
      ".terraform/providers/one",
      "shared.auto.tfvars",
      "terraform.tfstate",
      "terraform.tfstate.1.backup",
      "terraform.tfvars",
    ];
    for (const file of [...kept, ...left]) writeFileSync(join(azure, file), "");
    const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }];
    const templates = files.map(({ path }) => path).filter((path) => path.startsWith("templates/"));
    expect(templates.sort()).toEqual(kept.map((file) => `templates/azure/${file}`).sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("it builds a user's server", async () => {
  const { code, stderr } = await runCli(["build", "server.ts"], { cwd: project, program });
  expect([code, stderr]).toEqual([0, ""]);
  expect(readdirSync(join(project, "dist")).sort()).toEqual(expect.arrayContaining(["aws", "azure", "gcp"]));
});

test("it serves a user's server through all three ingresses", async () => {
  const call = 'greet={"name":"Ada"}';
  const cli = startCli(["dev", "server.ts", "--port", "0", "--call", call], { cwd: project, program });
  try {
    const [output] = await cli.printed(/^.*Ctrl-C stops/s);
    expect(output.match(/tools\/call greet answered: Hello, Ada!/g)).toHaveLength(3);
  } finally {
    cli.signalGroup("SIGINT");
    expect((await cli.ended).code).toBe(0);
  }
});
