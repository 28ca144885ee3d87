import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Folders that hold no source of the project: what is installed, and what is built. */
const IGNORED = /(^|\/)(node_modules|\.git|\.terraform|cdk\.out)(\/|$)|^(dist|lib|bench\/dist)(\/|$)/;

/** Paths of all files that match a pattern, from the root, with `/` on every platform. */
export function listFiles(pattern: string): string[] {
  const exclude = (path: string): boolean => IGNORED.test(toPosix(path));
  return globSync(pattern, { cwd: ROOT, exclude }).map(toPosix).sort();
}

/** TypeScript sources by their path from the root. */
export function readSources(): Map<string, string> {
  return new Map(listFiles("*/**/*.ts").map((file) => [file, readText(file)]));
}

export const readText = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const toPosix = (path: string): string => path.replaceAll("\\", "/");
