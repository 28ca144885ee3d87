import { lstatSync } from "node:fs";
import { parseEnv } from "node:util";
import { readText } from "./files/read-text.ts";
import { usage } from "./flags.ts";

/** The flags by which verbs say what the variables of the server are. */
export const ENVIRONMENT_FLAGS = {
  env: { type: "string", multiple: true },
  "env-file": { type: "string", multiple: true },
} as const;

export interface EnvironmentFlags {
  /** Values of `--env`: `NAME` or `NAME=value`. */
  readonly env: readonly string[] | undefined;
  /** Values of `--env-file`. Undefined: `.env`, where there is one. */
  readonly envFile: readonly string[] | undefined;
}

/**
 * The variables of a server under `dev`: those of this shell that begin with `MCP_`, and those that were given. Throws USAGE.
 */
export function serverEnvironment(flags: EnvironmentFlags): Record<string, string> {
  const shell = Object.entries(process.env).filter(
    ([name]) => name.startsWith("MCP_") && name !== "MCP_ANYCLOUD_DEBUG",
  ) as [string, string][];
  return { ...Object.fromEntries(shell), ...givenVariables(flags) };
}

/**
 * The variables that were given: those of the files, for which this shell's values count where it has some, as for
 * `node --env-file`, and those of `--env`. Throws USAGE.
 */
export function givenVariables({ env = [], envFile }: EnvironmentFlags): Record<string, string> {
  const files = envFile ?? (hasUsualFile() ? [".env"] : []);
  const fromFiles = Object.entries(Object.assign({}, ...files.map(readVariables)) as Record<string, string>);
  return Object.fromEntries([
    ...fromFiles.map(([name, value]): [string, string] => [name, process.env[name] ?? value]),
    ...env.map(readFlag),
  ]);
}

/** A folder of that name holds a Python environment. */
function hasUsualFile(): boolean {
  const stats = lstatSync(".env", { throwIfNoEntry: false });
  return stats !== undefined && !stats.isDirectory();
}

function readVariables(file: string): NodeJS.Dict<string> {
  // `parseEnv` takes the next line for the value of a variable behind whose "=" there are spaces alone.
  const variables = parseEnv(textOf(file).replaceAll(/=[ \t]+$/gm, "="));
  const [binary] = Object.entries(variables).find((variable) => variable.join().includes("\0")) ?? [];
  if (binary !== undefined) throw usage(`${file} has a character in it that ends a variable (NUL)`, "save it as UTF-8");
  return variables;
}

function textOf(file: string): string {
  try {
    return readText(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw usage(`There is no file ${file} of variables`, "correct --env-file or the link");
    throw usage(`${file} is no file that can be read (${code})`, "give a file of variables with --env-file");
  }
}

function readFlag(setting: string): [string, string] {
  const [name = "", ...value] = setting.split("=");
  const text = setting.includes("=") ? value.join("=") : process.env[name];
  // Written in another form, all of it may be the secret.
  if (!/^\w+$/.test(name)) throw usage("An --env is not of the form NAME or NAME=value", "correct it");
  if (text === undefined) throw usage(`The environment has no variable ${name}`, "set it or give --env NAME=value");
  return [name, text];
}
