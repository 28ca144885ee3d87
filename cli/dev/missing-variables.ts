import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sourcePath } from "../build/start/frames.ts";
import { shownPath } from "../files/shown-path.ts";
import { PACKAGE_FOLDER } from "../package-json.ts";

/** Variables that the platforms, Node.js and npm set themselves. */
const PLATFORM = /^(?:PATH|HOME|PORT|NODE_\w*|AWS_\w*|LAMBDA_\w*|FUNCTIONS_\w*|K_\w*|npm_\w*)$/;
/** Code that users did not write. */
const NOT_THEIRS = /[\\/]node_modules[\\/]/;
const READ = /\bprocess\.env(?:\.([A-Za-z_]\w*)|\[(["'`])([A-Za-z_]\w*)\2\])/g;
/** `const { ONE, TWO: two, THREE = "" } = process.env` */
const TAKEN_APART = /\{([^{}]*)\}\s*=\s*process\.env\b(?!\s*[.[])/g;

/**
 * A sentence for each variable that the user's modules read, that this shell has, and that the server does not get.
 *
 * @param bundle The bundled server, whose source map holds the modules.
 * @param environment The server's variables.
 */
export async function missingVariables(
  bundle: string,
  environment: Readonly<Record<string, string>>,
): Promise<string[]> {
  const map = JSON.parse(await readFile(`${bundle}.map`, "utf8")) as {
    readonly sources: readonly string[];
    readonly sourcesContent?: readonly string[];
  };
  const found = new Map<string, string>();
  for (const [index, source] of map.sources.entries()) {
    const file = sourcePath(source, bundle);
    if (NOT_THEIRS.test(file) || isOurs(file)) continue;
    for (const name of namesIn(map.sourcesContent?.[index] ?? "")) {
      const isMissing = process.env[name] !== undefined && !(name in environment) && !PLATFORM.test(name);
      if (isMissing && !found.has(name)) found.set(name, shownPath(file));
    }
  }
  return [...found].map(
    ([name, file]) =>
      `${file} reads ${name}, which this shell has and the server does not: write it into .env, or give --env ${name}.`,
  );
}

/** The variables that a source reads by their names. */
const namesIn = (source: string): readonly string[] => [
  ...Array.from(source.matchAll(READ), ([, plain, , quoted]) => plain ?? quoted ?? ""),
  ...Array.from(source.matchAll(TAKEN_APART), ([, names = ""]) => names.split(",").map(nameIn)).flat(),
];

const nameIn = (binding: string): string => /[A-Za-z_]\w*/.exec(binding)?.[0] ?? "";

const isOurs = (file: string): boolean =>
  ["adapters", "lib", "src"].some((folder) => file.startsWith(join(PACKAGE_FOLDER, folder)));
