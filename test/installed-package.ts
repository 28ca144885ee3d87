import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./cli/project.ts";

const run = promisify(execFile);

/** A user's project into which npm has installed the package, with its dependencies and without its optional peers. */
export interface InstalledPackage {
  readonly folder: string;
  /** Packages in node_modules. */
  readonly packages: readonly string[];
  /** Size of node_modules on the disk, as `du -sm` counts it. */
  readonly megabytes: number;
  remove(): void;
}

/**
 * Packs the working tree as `npm publish` would, and installs it into an empty project, from npm's registry.
 *
 * @param beside Packages that npm installs with it.
 */
export async function installPackage(beside: readonly string[] = []): Promise<InstalledPackage> {
  const work = realpathSync(mkdtempSync(join(tmpdir(), "installed-package-")));
  const remove = (): void => rmSync(work, { recursive: true, force: true });
  try {
    const tarball = await pack(join(work, "staged"));
    const folder = join(work, "project");
    cpSync(join(ROOT, "examples/greeter/server.ts"), join(folder, "server.ts"));
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    await install(folder, [tarball, ...beside]);
    const modules = join(folder, "node_modules");
    const { packages } = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8"));
    const blocks = await blocksIn(modules);
    return { folder, packages: Object.keys(packages), megabytes: Math.ceil((blocks * 512) / 2 ** 20), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Packs the working tree into a folder, and tells where the file is. */
export const packPackage = (folder: string): Promise<string> => pack(join(folder, "staged"));

/** Packs a copy, because packing compiles, and other tests look at the working tree. */
async function pack(staged: string): Promise<string> {
  const { files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { files: readonly string[] };
  const copied = ["package.json", ...files.filter((file) => !file.startsWith("!") && file !== "lib")];
  for (const file of copied) cpSync(join(ROOT, file), join(staged, file), { recursive: true });
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const options = ["-p", "tsconfig.lib.json", "--outDir", join(staged, "lib")];
  await run(process.execPath, [compiler, ...options], { cwd: ROOT });
  await run("npm", ["pack", "--ignore-scripts"], { cwd: staged });
  const tarball = readdirSync(staged).find((name) => name.endsWith(".tgz")) ?? "";
  return join(staged, tarball);
}

async function install(folder: string, packages: readonly string[]): Promise<void> {
  try {
    await run("npm", ["install", "--no-audit", "--no-fund", ...packages], { cwd: folder });
  } catch (cause) {
    const { stderr = "" } = cause as { stderr?: string };
    const isAway = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/.test(
      stderr,
    );
    const sentence = isAway
      ? "npm reaches no registry, which these tests install the package from: give this machine one."
      : `npm could not install the package: ${stderr}`;
    throw new Error(sentence, { cause });
  }
}

/** Blocks of 512 bytes that a folder takes on the disk. A file with several links counts once: esbuild links its program. */
async function blocksIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  const files = await Promise.all(entries.map((entry) => lstat(join(folder, entry))));
  const blocks = new Map(files.map(({ ino, blocks }) => [ino, blocks]));
  return [...blocks.values()].reduce((sum, count) => sum + count, 0);
}
