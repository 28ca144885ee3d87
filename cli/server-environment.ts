import { existsSync } from "node:fs";
import { parseEnv } from "node:util";
import { usage } from "./flags.ts";
import { readText } from "./read-text.ts";

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
  const files = envFile ?? (existsSync(".env") ? [".env"] : []);
  const fromFiles = Object.entries(Object.assign({}, ...files.map(readVariables)) as Record<string, string>);
  return Object.fromEntries([
    ...fromFiles.map(([name, value]): [string, string] => [name, process.env[name] ?? value]),
    ...env.map(readFlag),
  ]);
}

function readVariables(file: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readText(file));
  } catch {
    throw usage(`There is no file ${file} of variables`, "correct --env-file");
  }
}

function readFlag(setting: string): [string, string] {
  const [name = "", ...value] = setting.split("=");
  const text = setting.includes("=") ? value.join("=") : process.env[name];
  if (!/^\w+$/.test(name)) throw usage(`--env cannot be "${setting}"`, "give NAME or NAME=value");
  if (text === undefined) throw usage(`The environment has no variable ${name}`, "set it or give --env NAME=value");
  return [name, text];
}
