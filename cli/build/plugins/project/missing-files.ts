import { existsSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import type { PartialMessage } from "esbuild";

export interface ModuleFiles {
  /** Absolute path of the module. */
  readonly path: string;
  readonly source: string;
  /** Its place among the shipped files. */
  readonly place: string;
  readonly projectFolder: string;
  /** Paths of the shipped files. */
  readonly shipped: ReadonlySet<string>;
}

/** `new URL("./file", import.meta.url)` */
const URL_OF = /\bnew URL\(\s*(["'`])(\.{1,2}\/[^"'`$?#]+)\1\s*,\s*import\.meta\.url\s*\)/g;
/** `import.meta.resolve("./file")` */
const RESOLVED = /\bimport\.meta\.resolve\(\s*(["'`])(\.{1,2}\/[^"'`$?#]+)\1\s*\)/g;
/** `join(import.meta.dirname, "a", "b")` */
const JOINED = /\b(?:join|resolve)\(\s*(?:import\.meta\.dirname|__dirname)\s*((?:,\s*(?:"[^"]+"|'[^']+')\s*)+),?\s*\)/g;
const TEXT = /"([^"]+)"|'([^']+)'/g;
/** `readFileSync("file")`, which begins in the working directory, the folder of package.json. */
const READ = /\b(?:readFile|readFileSync|createReadStream|readdir|readdirSync)\(\s*(["'`])([^"'`$]+)\1/g;

/** Whether a file belongs to a package, not to the project. */
export const isInstalled = (path: string): boolean => /[\\/]node_modules[\\/]/.test(path);

/**
 * A warning for each file or folder that a module names and nobody ships. Those that a package reads, and those that are not
 * there yet, are told for URLs alone: the others may be of no use here.
 */
export function missingFiles(module: ModuleFiles): PartialMessage[] {
  const { path, source, place, projectFolder, shipped } = module;
  const warn = ({ index }: RegExpExecArray, file: string): PartialMessage[] => {
    const folder = posix.join(file, "/");
    // The path of a folder around a module is only the start of a longer path.
    const isAround = folder === "./" || place.startsWith(folder);
    if (isAround || shipped.has(file) || [...shipped].some((name) => name.startsWith(folder))) return [];
    const before = source.slice(0, index).split("\n");
    return [{ text: file, location: { file: path, line: before.length, column: before.at(-1)?.length ?? 0 } }];
  };
  const beside = posix.dirname(place);
  const named = [...source.matchAll(URL_OF), ...source.matchAll(RESOLVED)].flatMap((match) =>
    warn(match, posix.join(beside, decoded(match[2] ?? ""))),
  );
  if (isInstalled(path)) return named;
  const joined = [...source.matchAll(JOINED)].flatMap((match) => {
    const file = join(...[...(match[1] ?? "").matchAll(TEXT)].map(([, double, single]) => double ?? single ?? ""));
    return existsSync(join(dirname(path), file)) ? warn(match, posix.join(beside, file)) : [];
  });
  const read = [...source.matchAll(READ)].flatMap((match) => {
    const file = relative(projectFolder, join(projectFolder, match[2] ?? ""));
    const isInside = file !== "" && !file.startsWith("..") && !posix.isAbsolute(match[2] ?? "");
    return isInside && existsSync(join(projectFolder, file)) ? warn(match, file) : [];
  });
  return [...named, ...joined, ...read];
}

/** A path as a URL names it. A `%` may also stand for itself. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
