import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AnycloudError } from "../../errors.ts";

/** A program for Node.js, with its arguments. */
export interface ResolvedCommand {
  /** For people. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** Flags of `npx` that have it ask nothing. Its others choose what is run, which the lock file does here. */
const HARMLESS = new Set(["-y", "--yes"]);

/**
 * The program of a desktop server's command: `npx <package>`, `node <file>`, or a package by its name. A package is the one
 * that is installed here, in the version of the project's lock file: nothing is downloaded. Throws SERVER_INVALID.
 */
export function resolveCommand(command: string, args: readonly string[]): ResolvedCommand {
  if (command === "node") return resolveFile(args);
  const rest = command === "npx" ? args.slice(args.findIndex((arg) => !HARMLESS.has(arg))) : [command, ...args];
  const [spec = "", ...own] = rest;
  const [, name] = /^((?:@[\w.-]+\/)?[a-z0-9][\w.-]*)(?:@[\w.^~-]+)?$/i.exec(spec) ?? [];
  if (name === undefined) {
    throw refusal(
      command,
      args,
      'is no npm package: name one, as in stdio("npx", ["@modelcontextprotocol/server-memory"])',
    );
  }
  const folder = startFolders()
    .flatMap(upward)
    .map((parent) => join(parent, "node_modules", name))
    .find(hasManifest);
  if (folder === undefined) {
    throw refusal(
      command,
      args,
      `needs the package ${name}, which is not here: npm install ${name}, and name it in "external" of "mcp-anycloud" in package.json, so that build ships it`,
    );
  }
  return { name, file: programOf(folder, name, { command, args }), args: own };
}

function resolveFile(args: readonly string[]): ResolvedCommand {
  const [path = "", ...own] = args;
  const file = startFolders()
    .map((folder) => resolve(folder, path))
    .find((candidate) => path !== "" && existsSync(candidate));
  if (file === undefined) throw refusal("node", args, "names a file that is not here: ship it as an asset");
  return { name: path, file, args: own };
}

/** The file of a package's only program, or of the one that has the package's name. */
function programOf(
  folder: string,
  name: string,
  asked: { readonly command: string; readonly args: readonly string[] },
): string {
  const { bin = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin?: string | Record<string, string>;
  };
  const programs = typeof bin === "string" ? [bin] : Object.values(bin);
  const file = typeof bin === "object" ? (bin[name.replace(/^.*\//, "")] ?? programs[0]) : bin;
  if (file === undefined || (programs.length > 1 && !existsSync(join(folder, file)))) {
    throw refusal(asked.command, asked.args, `names ${name}, which has no program to run`);
  }
  return join(folder, file);
}

/** The folder of the bundle, or of this package, and the one that the process was started in. */
const startFolders = (): string[] => [dirname(fileURLToPath(import.meta.url)), process.cwd()];

function upward(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upward(parent)];
}

const hasManifest = (folder: string): boolean => existsSync(join(folder, "package.json"));

const refusal = (command: string, args: readonly string[], problem: string): AnycloudError =>
  new AnycloudError(
    "SERVER_INVALID",
    `stdio(${[command, ...args.slice(0, 2)].map((part) => JSON.stringify(part)).join(", ")}) ${problem}.`,
  );
