import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { AnycloudError } from "../src/adapter.ts";
import { readText } from "./files/read-text.ts";

const NAMES = ["server.ts", "server.mts", "server.js", "server.mjs"];
/** Where a server is looked for that nobody named. */
export const USUAL_ENTRIES: readonly string[] = [...NAMES, ...NAMES.map((name) => `src/${name}`)];

/**
 * Absolute path of the module to build: the one that is asked for, else `"mcp-anycloud": { "entry": … }` of the
 * package.json in the working directory, else the first of the usual names. Throws ENTRY_INVALID when there is none.
 */
export function findEntry(asked: string | undefined): string {
  const wanted = asked ?? configuredEntry();
  if (wanted === undefined) {
    const usual = USUAL_ENTRIES.find(isFile);
    if (usual !== undefined) return absolute(usual);
    throw new AnycloudError(
      "ENTRY_INVALID",
      `There is no server to be found here (${NAMES.join(", ")}, here or in src/): name its file, or set "mcp-anycloud": { "entry": "…" } in package.json.`,
    );
  }
  if (isFile(wanted)) return assertModule(wanted);
  const where = asked === undefined ? ", which package.json names as the entry of mcp-anycloud" : "";
  throw new AnycloudError(
    "ENTRY_INVALID",
    `There is no file ${wanted}${where}: give the path of your server's module.`,
  );
}

function assertModule(path: string): string {
  if (/\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path)) return absolute(path);
  throw new AnycloudError(
    "ENTRY_INVALID",
    `${path} is not a JavaScript or TypeScript module: name the file of your server.`,
  );
}

/** Through links to its folder, because the bundler names modules by their real paths. */
const absolute = (path: string): string => join(realpathSync(dirname(resolve(path))), basename(path));

function configuredEntry(): string | undefined {
  if (!isFile("package.json")) return undefined;
  const entry = readSettings()?.entry;
  if (entry === undefined || (typeof entry === "string" && entry !== "")) return entry;
  throw new AnycloudError(
    "ENTRY_INVALID",
    'The "entry" of "mcp-anycloud" in package.json must be the path of a module.',
  );
}

function readSettings(): { readonly entry?: unknown } | undefined {
  try {
    return JSON.parse(readText("package.json"))?.["mcp-anycloud"];
  } catch {
    throw new AnycloudError(
      "ENTRY_INVALID",
      "package.json is not valid JSON: correct it, or name the file of your server.",
    );
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
