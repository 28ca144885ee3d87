import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { nearestTsConfig, readTsConfig } from "./tsconfig.ts";

/**
 * The tsconfig of a module whose nearest `tsconfig.json` only refers to others ("solution" of project references), which the
 * bundler does not follow: the first that has path aliases, else the first. Undefined for any other project.
 */
export function referencedTsConfig(entry: string): string | undefined {
  const solution = nearestTsConfig(dirname(entry));
  const { files, references = [] } = (solution && readTsConfig(solution)) || {};
  if (solution === undefined || !Array.isArray(files) || files.length > 0) return undefined;
  const found = references.flatMap(({ path }) =>
    typeof path === "string" ? toFile(resolve(dirname(solution), path)) : [],
  );
  const hasAliases = (file: string): boolean => {
    const { paths, baseUrl } = readTsConfig(file)?.compilerOptions ?? {};
    return paths !== undefined || baseUrl !== undefined;
  };
  return found.find(hasAliases) ?? found[0];
}

/** A reference names a file, or a folder with a tsconfig.json. */
function toFile(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  const file = stats?.isDirectory() ? join(path, "tsconfig.json") : path;
  return existsSync(file) ? [file] : [];
}
