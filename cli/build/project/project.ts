import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { AnycloudError } from "../../../src/adapter.ts";
import { readText } from "../../files/read-text.ts";

/** The project that a server's module belongs to, and what its package.json says to `mcp-anycloud`. */
export interface Project {
  /** Folder of the package.json that is nearest to the module; the module's own where there is none. */
  readonly folder: string;
  /** Globs of files to ship, relative to the folder. */
  readonly assets: readonly string[];
  /** Packages that stay outside of the bundle and are installed into the artefact. */
  readonly external: readonly string[];
  readonly manifest: Manifest;
}

/** The fields of a package.json that `build` reads. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string | { readonly type?: string } | null;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly "mcp-anycloud"?: unknown;
}

const PLUG_AND_PLAY =
  "Packages cannot be read from the zip files of Yarn's Plug'n'Play: write nodeLinker: node-modules into .yarnrc.yml and run yarn install.";

const SETTINGS = ["entry", "assets", "external"];

/**
 * Reads the project of an entry. Throws ENTRY_INVALID with one sentence for a setting of a wrong shape, and where Yarn keeps the
 * packages in zip files.
 */
export function readProject(entry: string): Project {
  if (process.versions.pnp !== undefined) throw new AnycloudError("ENTRY_INVALID", PLUG_AND_PLAY);
  const folder = findPackageFolder(dirname(entry)) ?? dirname(entry);
  const manifest = readManifest(folder);
  const settings = manifest["mcp-anycloud"] ?? {};
  if (typeof settings !== "object" || Array.isArray(settings))
    throw invalid('must be an object, such as { "assets": ["templates/**"] }');
  const unknown = Object.keys(settings).find((name) => !SETTINGS.includes(name));
  if (unknown !== undefined) throw invalid(`has no "${unknown}": there are ${SETTINGS.join(", ")}`);
  const { assets, external } = settings as Record<string, unknown>;
  return {
    folder,
    assets: readList("assets", assets, isGlobInside, 'globs of files below this folder, such as ["templates/**"]'),
    external: readList("external", external, isPackageName, 'names of packages, such as ["sharp"]'),
    manifest,
  };
}

/** The nearest folder upward that has a package.json. */
export function findPackageFolder(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** A folder's package.json; empty where there is none. Throws ENTRY_INVALID when it is not JSON. */
export function readManifest(folder: string): Manifest {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readText(file)) ?? {};
  } catch (cause) {
    throw new AnycloudError("ENTRY_INVALID", `${file} is not valid JSON: correct it.`, { cause });
  }
}

function readList(name: string, value: unknown, isValid: (item: string) => boolean, wanted: string): readonly string[] {
  if (value === undefined) return [];
  const isItem = (item: unknown): boolean => typeof item === "string" && isValid(item);
  if (Array.isArray(value) && value.every(isItem)) return [...new Set<string>(value)];
  const wrong = Array.isArray(value) ? value.find((item) => !isItem(item)) : value;
  throw invalid(`has a wrong "${name}" (${JSON.stringify(wrong)}): it must be a list of ${wanted}`);
}

const isGlobInside = (glob: string): boolean =>
  glob !== "" && !/^([\\/]|[A-Za-z]:)/.test(glob) && !glob.split(/[\\/]/).includes("..");

/** A name as npm allows it, without a path into the package. */
const isPackageName = (name: string): boolean => /^(@[\w.-]+\/)?[\w-][\w.-]*$/.test(name);

const invalid = (problem: string): AnycloudError =>
  new AnycloudError("ENTRY_INVALID", `"mcp-anycloud" in package.json ${problem}.`);
