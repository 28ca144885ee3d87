import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Left out wherever they lie, whatever .funcignore says (azure-functions-core-tools, FileSystemHelpers.GetLocalFiles). */
const NEVER = /(^|\/)(\.git|\.vscode)\/|(^|\/)(\.funcignore|\.gitignore|local\.settings\.json|project\.lock\.json)$/;

/**
 * The files that `func azure functionapp publish --no-build`, run in the folder, puts into the package, sorted.
 * .funcignore is not read as git would: a pattern holds from the root of the folder, `*` ends at a slash, what comes
 * after a match does not matter, and a `!` wins wherever it stands (azure-functions-core-tools, GitIgnoreParser).
 */
export function publishedFiles(folder: string): string[] {
  const lines = readFileSync(join(folder, ".funcignore"), "utf8").split("\n");
  const patterns = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  const kept = patterns.filter((line) => line.startsWith("!")).map((line) => toExpression(line.slice(1)));
  const left = patterns.filter((line) => !line.startsWith("!")).map(toExpression);
  const matches = (file: string, expressions: readonly RegExp[]): boolean =>
    expressions.some((expression) => expression.test(file));
  return filesIn(folder).filter((file) => !NEVER.test(file) && (matches(file, kept) || !matches(file, left)));
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.map((file) => relative(folder, file).replaceAll("\\", "/")).sort();
}

function toExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/^\//, "")
    .replaceAll(/[[\]{}()+?.\\^$|/-]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, (stars) => (stars === "*" ? "[^/]+" : ".+"));
  return new RegExp(String.raw`^${source}\b`);
}
