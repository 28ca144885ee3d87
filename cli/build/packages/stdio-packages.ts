import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Metafile } from "esbuild";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "../../package-json.ts";

/** `stdio("npx", ["-y", "name@1.2.3", …` or `stdio("name"`, with whatever line breaks. */
const CALL = /\bstdio\(\s*(["'`])(?<command>[^"'`]+)\1\s*(?:,\s*\[(?<args>[^\]]*))?/g;
const TEXT = /(["'`])(?<text>[^"'`]*)\1/g;
const PACKAGE = /^(?<name>(?:@[\w.-]+\/)?[a-z0-9][\w.-]*)(?:@[\w.^~-]+)?$/i;

/**
 * Names of the packages whose programs a server runs by `stdio`, as its own modules write them. One whose name is computed is
 * not found, and is named in "external" of "mcp-anycloud" instead: the start of the artefact says so.
 */
export function stdioPackages({ inputs }: Metafile): string[] {
  const files = Object.keys(inputs);
  if (!files.some((file) => /(^|\/)src\/sources\/stdio\/stdio\.[jt]s$/.test(file))) return [];
  // The module that `build` makes around the server is no file.
  const own = files.filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !isInstalled(file) && existsSync(file));
  return [...new Set(own.flatMap((file) => packagesIn(readFileSync(file, "utf8"))))];
}

/** Files of packages, this one included. Not the module that `--stdio` makes, which lies among the packages. */
const isInstalled = (file: string): boolean =>
  resolve(file).startsWith(join(PACKAGE_FOLDER, RUNS_FROM_SOURCE ? "src" : "lib")) ||
  (/(^|\/)node_modules\//.test(file) && !/(^|\/)node_modules\/\.mcp-anycloud\//.test(file));

/** The packages that the source text of a module names. */
export function packagesIn(source: string): string[] {
  return [...source.matchAll(CALL)].flatMap(({ groups: { command = "", args = "" } = {} }) => {
    const words = [...args.matchAll(TEXT)].map(({ groups }) => groups?.text ?? "");
    const spec = command === "npx" ? words.find((word) => !word.startsWith("-")) : command;
    const name = PACKAGE.exec(spec ?? "")?.groups?.name;
    return name === undefined || command === "node" ? [] : [name];
  });
}
