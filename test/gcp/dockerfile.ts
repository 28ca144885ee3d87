import { cpSync, existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The contents of a Dockerfile of the toolkit: one stage, files from the context's root alone, a command as JSON. */
export interface Dockerfile {
  readonly base: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Patterns of files, taken from the context into the folder that the command runs in. */
  readonly copied: readonly string[];
  readonly user: string;
  /** Lines for the shell, run in the order in which they stand, behind everything else but the command. */
  readonly run: readonly string[];
  readonly command: readonly string[];
}

/** Throws on an instruction, or a form of one, that it does not know: what it passed over might be what matters. */
export function readDockerfile(file: string): Dockerfile {
  const environment: Record<string, string> = {};
  const found = { base: "", environment, copied: [] as string[], user: "root", run: [] as string[] };
  let command: readonly string[] = [];
  const given: Record<string, string> = {};
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
    const [, instruction, rest = ""] = /^(\w+) (.+)$/.exec(line) ?? [];
    const [, name = "", value = ""] = /^(\w+)=(\S+)$/.exec(rest) ?? [];
    if (instruction === "ARG" && name !== "" && found.base === "") given[name] = value;
    else if (instruction === "FROM") found.base = rest.replace(/^\$(\w+)$/, (_, arg: string) => given[arg] ?? "");
    else if (instruction === "ENV" && name !== "") found.environment[name] = value;
    else if (instruction === "WORKDIR" && rest.startsWith("/")) continue;
    else if (instruction === "COPY" && rest.endsWith(" ./")) found.copied.push(...rest.split(" ").slice(0, -1));
    else if (instruction === "USER") found.user = rest;
    else if (instruction === "RUN") found.run.push(rest);
    else if (instruction === "CMD" && rest.startsWith("[")) command = JSON.parse(rest);
    else throw new Error(`${file} says what no test understands: ${line}`);
  }
  return { ...found, command };
}

/** Copies as COPY does (docs.docker.com/reference/dockerfile/#copy): without a file of that name, the build fails. */
export function copyContext(context: string, patterns: readonly string[], to: string): void {
  for (const pattern of patterns) {
    const files = globSync(pattern, { cwd: context });
    if (files.length === 0 && !pattern.includes("*")) throw new Error(`COPY failed: "/${pattern}": not found`);
    for (const name of files) if (!existsSync(join(to, name))) cpSync(join(context, name), join(to, name));
  }
}
