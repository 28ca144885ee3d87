import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { AnycloudError } from "../../../src/adapter.ts";
import { PLATFORMS } from "../../clouds.ts";
import { replaceFile } from "../../files/replace-file.ts";
import { shownPath } from "../../files/shown-path.ts";
import { findPaths, statsOf } from "./find-paths.ts";
import type { Project } from "./project.ts";
import { BUNDLED } from "./shipped-path.ts";

/** A file that is shipped as it is. */
export interface Asset {
  /** Path in the artefact, with forward slashes: as in the project, and below `bundled/` for files of `node_modules`. */
  readonly name: string;
  /** Absolute path of the file. */
  readonly source: string;
}

/** Folders that `build` makes beside each other. */
const MADE = [...PLATFORMS, "aws-smoke", "source-maps"];

/**
 * The files that the project's globs match, sorted. Files in `node_modules` and those that begin with a dot are matched only
 * by a glob that names them so; what `build` wrote beside `outDir` never is. Throws BUILD_FAILED for a glob without a file, and
 * for a link that leads nowhere.
 */
export function findAssets({ folder: projectFolder, assets }: Project, outDir: string): readonly Asset[] {
  const made = MADE.map((name) => join(dirname(resolve(outDir)), name) + sep);
  const sources = new Map<string, string>();
  for (const glob of assets) {
    const folder = folderOf(glob, projectFolder);
    const isForeign = (name: string): boolean =>
      name.split(sep)[0] === "node_modules" && !glob.startsWith("node_modules");
    const isMade = (name: string): boolean => made.some((start) => join(folder, name).startsWith(start));
    const isOut = (name: string): boolean => isForeign(name) || isMade(name);
    const found = [...findPaths(glob, folder, isOut)].filter((name) => !isOut(name));
    const files = found.filter((name) => isFile(glob, join(folder, name)));
    if (files.length === 0) throw unmatched(glob, found);
    for (const name of files) sources.set(nameIn(name), join(folder, name));
  }
  return [...sources].map(([name, source]) => ({ name, source })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isFile(glob: string, path: string): boolean {
  const stats = statsOf(path);
  if (stats) return stats.isFile();
  throw wrong(glob, `matches ${shownPath(path)}, a link that leads nowhere: correct or remove the link`);
}

const unmatched = (glob: string, [folder]: readonly string[]): AnycloudError =>
  folder === undefined
    ? wrong(glob, "no file matches: correct it or add the file")
    : wrong(glob, `matches the folder ${folder} and no file: name its files, as in "${join(folder, "**")}"`);

const wrong = (glob: string, problem: string): AnycloudError =>
  new AnycloudError(
    "BUILD_FAILED",
    `"assets" of "mcp-anycloud" in package.json names ${JSON.stringify(glob)}, which ${problem}.`,
  );

/** The folder that a glob is relative to: the project's, or the one above it in which a workspace installed the package. */
function folderOf(glob: string, projectFolder: string): string {
  const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(glob) ?? [];
  if (name === undefined) return projectFolder;
  for (let folder = projectFolder; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules", name))) return folder;
    if (folder === dirname(folder)) return projectFolder;
  }
}

function nameIn(path: string): string {
  const name = path.replaceAll(sep, "/");
  return name.startsWith("node_modules/") ? `${BUNDLED}/${name}` : name;
}

/** Where the assets go, and whose they are. */
export interface AssetTarget {
  readonly outDir: string;
  readonly project: Project;
  readonly assets: readonly Asset[];
}

/**
 * Copies assets into an artefact, whose own files are `others`: of these, only package.json may have the same name, and then
 * takes up name, version and description of the project. Returns the paths of those that were copied. Throws BUILD_FAILED.
 */
export async function copyAssets(
  to: AssetTarget,
  others: Map<string, string | Uint8Array>,
): Promise<readonly string[]> {
  const copied: string[] = [];
  for (const { name, source } of to.assets) {
    const other = others.get(name);
    if (name === "package.json" && other !== undefined) {
      const { name, version, description } = to.project.manifest;
      others.set("package.json", toJson({ name, version, description, ...withoutName(JSON.parse(String(other))) }));
    } else if (other !== undefined) {
      const message = `"assets" of "mcp-anycloud" in package.json has ${name}, a file that build makes itself: give it another name.`;
      throw new AnycloudError("BUILD_FAILED", message);
    } else {
      await replaceFile(join(to.outDir, name), readFileSync(source), statSync(source).mode & 0o777);
      copied.push(name);
    }
  }
  return copied;
}

const withoutName = ({ name: _ours, ...rest }: Record<string, unknown>): Record<string, unknown> => rest;

const toJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
