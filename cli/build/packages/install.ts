import { existsSync, readdirSync } from "node:fs";
import { copyFile, cp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { AnycloudError } from "../../../src/adapter.ts";
import type { Platform } from "../../clouds.ts";
import { shownPath } from "../../files/shown-path.ts";
import { temporaryFolder } from "../../files/temporary-folder.ts";
import { madeOnce } from "../made-once.ts";
import type { Project } from "../project/project.ts";
import { findInstalled, type InstalledPackage } from "./installed-package.ts";
import { LOCAL_PACKAGES, localPackages, portable, readLock } from "./lock-file.ts";
import { closureOf, pinnedVersions } from "./pinned-versions.ts";
import { CPU, checkNativeCode, runsHere } from "./platform.ts";
import { isNodeOfPlatforms, runNpm } from "./run-npm.ts";

/** Packages that an artefact needs beside its bundle. */
export interface Packages {
  readonly platform: Platform;
  readonly project: Project;
  readonly packages: readonly InstalledPackage[];
  /** Folder of the artefact. */
  readonly outDir: string;
}

/** How packages were installed, for a platform that installs them again. */
export interface Installation {
  /** Fields of package.json. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly overrides: object;
  readonly allowScripts: object;
  /** The part `packages` of package-lock.json. */
  readonly locked: ReturnType<typeof portable>;
}

/** Marks a folder as made here, which may be removed. */
const MARK = ".mcp-anycloud";

/** Folders with installed packages, by the content of package.json and the processor: two clouds share one. */
const stagedOnce = madeOnce<string>();

/**
 * Installs packages into an artefact for its platform, in the versions that the project has. Throws BUILD_FAILED with npm's
 * first sentence, or when there is no native code for the platform.
 */
export async function installPackages({
  platform,
  project,
  packages,
  outDir,
}: Packages): Promise<Installation | undefined> {
  await removePackages(outDir);
  if (packages.length === 0) return undefined;
  const declared = { ...project.manifest.dependencies, ...project.manifest.optionalDependencies };
  const pinned = pinnedVersions(packages, declared);
  const ours = Object.fromEntries(packages.map(({ name }) => [name, true]));
  const allowScripts = { ...project.manifest.allowScripts, ...ours };
  const content = JSON.stringify({ name: "mcp-server", private: true, ...pinned, allowScripts });
  const key = `${CPU[platform]} ${content}`;
  const folder = await stagedOnce(key, () => stage(content, { platform, project, packages, outDir }));
  const made = await markedFolder(outDir, "node_modules");
  const isNeeded = (path: string): boolean => !/[\\/]\.(bin|package-lock\.json)$/.test(path);
  await cp(join(folder, "node_modules"), made, { recursive: true, dereference: true, filter: isNeeded });
  const lock = readLock(join(folder, "package-lock.json"));
  const local = localPackages(lock);
  if (platform === "gcp") await copyLocalPackages(local, folder, outDir);
  const dependencies = Object.entries(pinned.dependencies).map(([name, version]) => {
    return [name, local.includes(name) ? `file:${LOCAL_PACKAGES}/${name}` : version] as const;
  });
  return { ...pinned, dependencies: Object.fromEntries(dependencies), allowScripts, locked: portable(lock) };
}

/** Puts packages from the disk where Google Cloud's buildpack, which installs anew, finds them. */
async function copyLocalPackages(names: readonly string[], staging: string, outDir: string): Promise<void> {
  if (names.length === 0) return;
  const made = await markedFolder(outDir, LOCAL_PACKAGES);
  for (const name of names) {
    const source = join(staging, "node_modules", name);
    const isOwn = (path: string): boolean => path !== join(source, "node_modules");
    await cp(source, join(made, name), { recursive: true, dereference: true, filter: isOwn });
  }
}

async function stage(content: string, { platform, project: { folder }, packages }: Packages): Promise<string> {
  const staging = await temporaryFolder("packages");
  await writeFile(join(staging, "package.json"), content);
  // Registries and their credentials.
  if (existsSync(join(folder, ".npmrc"))) await copyFile(join(folder, ".npmrc"), join(staging, ".npmrc"));
  const installed = join(staging, "node_modules");
  // The project may have compiled or fetched code for this very platform: that is taken over.
  const isHere = runsHere(platform) && isNodeOfPlatforms;
  await runNpm(staging, { cpu: CPU[platform], scripts: !isHere });
  for (const { name, folder: own } of isHere ? closureOf(packages) : []) {
    const target = join(installed, name);
    if (existsSync(join(own, "build")) && existsSync(target))
      await cp(own, target, { recursive: true, filter: isCode });
  }
  checkNativeCode(installed, CPU[platform]);
  return staging;
}

/** Not the intermediate files of a compiler, nor packages inside. */
const isCode = (path: string): boolean =>
  !/(\/|\\)(obj|obj\.target|\.deps|node_modules)$|\.a$/.test(path.replace(/.*node_modules/, ""));

/** The packages that are named, as they are installed in the project. Throws BUILD_FAILED for one that is not. */
export function namedPackages({ folder, external }: Project): Map<string, InstalledPackage> {
  const found = new Map<string, InstalledPackage>();
  for (const name of external) {
    const installed = findInstalled(name, folder);
    if (!installed) {
      const message = `"external" of "mcp-anycloud" in package.json names ${name}, which is not installed: npm install ${name}.`;
      throw new AnycloudError("BUILD_FAILED", message);
    }
    found.set(name, installed);
  }
  return found;
}

/** Puts links to the project's own packages beside a bundle that runs on this machine. */
export async function linkPackages(outDir: string, packages: readonly InstalledPackage[]): Promise<void> {
  await removePackages(outDir);
  if (packages.length === 0) return;
  const made = await markedFolder(outDir, "node_modules");
  for (const { name, folder } of packages) {
    const link = join(made, name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(folder, link, "junction");
  }
}

/** Paths of the files that `installPackages` put into an artefact. */
export function packageFiles(outDir: string): readonly string[] {
  const entries = readdirSync(join(outDir, "node_modules"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== MARK);
  return files.map((entry) => relative(outDir, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

/**
 * Makes a folder and marks it before anything is in it, so that the next build also removes what an interrupted one left.
 * Throws BUILD_FAILED where somebody else's folder is in its place, which would be removed then.
 */
async function markedFolder(outDir: string, name: string): Promise<string> {
  const made = join(outDir, name);
  if (existsSync(made)) {
    const message = `${shownPath(made)} is in the way, and no build made it: remove it, or build into another folder with --out.`;
    throw new AnycloudError("BUILD_FAILED", message);
  }
  await mkdir(made, { recursive: true });
  await writeFile(join(made, MARK), "");
  return made;
}

/** Removes what an earlier build put there. */
async function removePackages(outDir: string): Promise<void> {
  for (const folder of [join(outDir, "node_modules"), join(outDir, LOCAL_PACKAGES)])
    if (existsSync(join(folder, MARK))) await rm(folder, { recursive: true, force: true });
}
