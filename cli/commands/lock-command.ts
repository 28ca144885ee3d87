import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { AnycloudError } from "../../src/adapter.ts";
import { compiled } from "../build/build-target.ts";
import { BUNDLE, bundleOptions } from "../build/bundle-options.ts";
import { lockSource } from "../build/entry/entry-source.ts";
import { linkPackages, namedPackages } from "../build/packages/install.ts";
import { readProject } from "../build/project/project.ts";
import { findEntry } from "../entry.ts";
import { readText } from "../files/read-text.ts";
import { replaceFile } from "../files/replace-file.ts";
import { temporaryFolder } from "../files/temporary-folder.ts";
import type { LockCommand } from "../lock/parse-lock.ts";
import { endingInOrder } from "../signals/ending-in-order.ts";

interface Lock {
  readonly version: number;
  readonly tools: Readonly<Record<string, string>>;
}

/**
 * `mcp-anycloud lock`: asks the servers behind a gateway for their tools, and writes their hashes; with `--check`, fails where
 * they are others than in the file. Throws SERVER_INVALID and ENTRY_INVALID.
 */
export async function lockCommand({ entry, file, isCheck, environment }: LockCommand): Promise<void> {
  const now = await endingInOrder(() => lockOf(findEntry(entry), environment));
  const count = Object.keys(now.tools).length;
  if (!isCheck) {
    await replaceFile(resolve(file), `${JSON.stringify(now, undefined, 2)}\n`);
    process.stdout.write(`${file}: ${count} tools. Commit it, and give it to gateway(…, { lock: { tools } }).\n`);
    return;
  }
  const locked = readLock(file);
  const names = new Set([...Object.keys(locked.tools), ...Object.keys(now.tools)]);
  const changed = [...names].filter((name) => locked.tools[name] !== now.tools[name]).sort();
  if (changed.length > 0) {
    const message = `${changed.slice(0, 5).join(", ")}${changed.length > 5 ? ` and ${changed.length - 5} more` : ""}: not as in ${file}. Look at what changed, then run mcp-anycloud lock.`;
    throw new AnycloudError("SERVER_INVALID", message);
  }
  process.stdout.write(`${file}: all ${count} tools are as they were.\n`);
}

function readLock(file: string): Lock {
  if (!existsSync(file))
    throw new AnycloudError("ENTRY_INVALID", `There is no lock in ${file}: run mcp-anycloud lock first.`);
  const text = readText(file);
  try {
    const lock: Lock = JSON.parse(text);
    Object.keys(lock.tools);
    return lock;
  } catch (cause) {
    const message = `${file} is not a lock, or damaged: restore it from version control, or run mcp-anycloud lock again.`;
    throw new AnycloudError("ENTRY_INVALID", message, { cause });
  }
}

/** Loads the server in this process, from a bundle in a folder of its own. */
async function lockOf(entry: string, environment: Readonly<Record<string, string>>): Promise<Lock> {
  const folder = await temporaryFolder("lock");
  const project = readProject(entry);
  const packages = namedPackages(project);
  const source = lockSource(entry);
  const options = bundleOptions({ entry, source, outDir: folder, sourceMap: "linked", project, packages });
  const { outputFiles } = await compiled(build(options), entry);
  await linkPackages(folder, [...packages.values()]);
  for (const { path, contents } of outputFiles) await replaceFile(path, contents);
  Object.assign(process.env, environment);
  const { lock }: { readonly lock: () => Promise<Lock> } = await import(pathToFileURL(join(folder, BUNDLE)).href);
  return await lock();
}
