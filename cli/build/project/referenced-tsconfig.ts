import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readText } from "../../read-text.ts";

/** The fields of a tsconfig.json that are read here. */
interface TsConfig {
  readonly files?: readonly unknown[];
  readonly references?: ReadonlyArray<{ readonly path?: unknown }>;
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
}

/**
 * The tsconfig of a module whose nearest `tsconfig.json` only refers to others ("solution" of project references), which the
 * bundler does not follow: the first that has path aliases, else the first. Undefined for any other project.
 */
export function referencedTsConfig(entry: string): string | undefined {
  const solution = nearest(dirname(entry));
  const { files, references = [] } = (solution && read(solution)) || {};
  if (solution === undefined || !Array.isArray(files) || files.length > 0) return undefined;
  const found = references.flatMap(({ path }) =>
    typeof path === "string" ? toFile(resolve(dirname(solution), path)) : [],
  );
  const hasAliases = (file: string): boolean => {
    const { paths, baseUrl } = read(file)?.compilerOptions ?? {};
    return paths !== undefined || baseUrl !== undefined;
  };
  return found.find(hasAliases) ?? found[0];
}

function nearest(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, "tsconfig.json");
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) return undefined;
  }
}

/** A reference names a file, or a folder with a tsconfig.json. */
function toFile(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  const file = stats?.isDirectory() ? join(path, "tsconfig.json") : path;
  return existsSync(file) ? [file] : [];
}

const COMMENT_OR_TEXT = /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** JSON with comments and commas at ends. Undefined for what is not, of which the bundler tells. */
function read(file: string): TsConfig | undefined {
  const plain = readText(file).replaceAll(COMMENT_OR_TEXT, (_all, text = "") => text);
  try {
    return JSON.parse(plain.replaceAll(/,(?=\s*[}\]])/g, "")) ?? undefined;
  } catch {
    return undefined;
  }
}
