import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runNpm } from "../../cli/build/packages/run-npm.ts";
import { isRunning } from "../support/programs.ts";

const work = realpathSync(mkdtempSync(join(tmpdir(), "run-npm-")));
afterAll(() => rmSync(work, { recursive: true }));

const OTHER_CPU = process.arch === "arm64" ? "x64" : "arm64";

/** A folder that installs one package with this install script. Nothing is asked of a registry. */
function folderWith(name: string, install: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = join(work, name);
  mkdirSync(join(folder, "package"), { recursive: true });
  const manifest = { name, version: "1.0.0", scripts: { install } };
  writeFileSync(join(folder, "package/package.json"), JSON.stringify(manifest));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, "package", file), text);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: { [name]: "file:package" } }));
  return folder;
}

test("a package that would have to be compiled for another platform fails in one sentence", async () => {
  const folder = folderWith("compiled", "node-gyp rebuild", { "binding.gyp": "{}" });
  await expect(runNpm(folder, { cpu: OTHER_CPU, scripts: true })).rejects.toThrow(
    `compiled has no code for it that can be fetched, so build on a machine with Linux on ${OTHER_CPU}.`,
  );
});

test.each(["SIGINT", "SIGTERM"] as const)("npm and its scripts end with %s", async (signal) => {
  const name = `waiting-${signal.toLowerCase()}`;
  const folder = folderWith(name, "node wait.cjs", {
    "wait.cjs": `require("node:fs").writeFileSync(${JSON.stringify(join(work, name, "pid"))}, String(process.pid)); setInterval(() => {}, 1_000);`,
  });
  const program = `import { runNpm } from ${JSON.stringify(import.meta.resolve("../../cli/build/packages/run-npm.ts"))};
await runNpm(${JSON.stringify(folder)}, { cpu: ${JSON.stringify(OTHER_CPU)}, scripts: true });`;
  const flags = ["--conditions=@mcp-anycloud/source", "--input-type=module", "--eval", program];
  const child = spawn(process.execPath, flags, { stdio: "inherit" });
  const exited = once(child, "exit");
  try {
    const written = (): string => (existsSync(join(folder, "pid")) ? readFileSync(join(folder, "pid"), "utf8") : "");
    await expect.poll(written).not.toBe("");
  } finally {
    child.kill(signal);
  }
  await exited;
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  await expect.poll(() => isRunning(pid)).toBe(false);
});
