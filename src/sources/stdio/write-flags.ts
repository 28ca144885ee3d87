import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";

/** Flags for everything else that Node.js forbids with `--permission`, in whichever version, or warns of where it is allowed. */
const ALLOWED = [
  "--disable-warning=SecurityWarning",
  "--allow-fs-read=*",
  "--allow-addons",
  "--allow-child-process",
  "--allow-worker",
  "--allow-wasi",
  "--allow-net",
];

/**
 * Flags of Node.js by which a process writes to its own folder alone, and to paths that the words given to it name; for a file, to
 * those beside it whose names go on with a dot, too, because it may be replaced in one step. Many desktop servers keep a file of a
 * fixed name beside their code: all callers of an instance would share it. It holds back mistakes, not attackers: a program that
 * the process starts is not held (nodejs.org, Permission Model).
 */
export function writeFlags(folder: string, words: readonly string[]): string[] {
  const known = process.allowedNodeEnvironmentFlags;
  // Only `dev` runs on a Node.js without it.
  if (!known.has("--permission")) return [];
  const named = words.flatMap((word) => [word, word.slice(word.indexOf("=") + 1)]).filter(isPath);
  const written = [...new Set([folder, ...named.map((path) => resolve(path)).flatMap(withReplacements)])];
  const allowed = ALLOWED.filter((flag) => known.has(flag.replace(/=.*/, "")));
  return ["--permission", ...allowed, ...written.map((path) => `--allow-fs-write=${path}`)];
}

const withReplacements = (path: string): string[] => (isFolder(path) ? [path] : [path, `${path}.*`]);

/** Without an error for a path that cannot be looked at. */
const isFolder = (path: string): boolean => existsSync(`${path}/.`);

const isPath = (word: string): boolean => isAbsolute(word) || (word !== "" && existsSync(word));

/** Node.js's words for what these flags forbid, which name no path. */
const REFUSED = "Use --allow-fs-write to manage permissions.";

/** Whether an answer tells of a file that the process wanted to write and must not. */
export const tellsOfRefusal = (result: object): boolean => JSON.stringify(result).includes(REFUSED);
