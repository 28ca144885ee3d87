import { existsSync } from "node:fs";
import { TOOLS, type ToolCommand } from "./command-table.ts";

export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Checks a command line of a cloud's tool as the tool's own parser would, and prints what a script reads of it. */
export function runTool(name: string, args: readonly string[]): ToolResult {
  try {
    const { prints } = checked(name, args);
    return { code: 0, stdout: prints ? `${prints}\n` : "", stderr: "" };
  } catch (error) {
    return { code: 2, stdout: "", stderr: `${name}: ${(error as Error).message}\n` };
  }
}

function checked(name: string, args: readonly string[]): ToolCommand {
  const tool = TOOLS[name];
  if (!tool) throw new Error("there is no such tool.");
  // Terraform takes its own flags before the command.
  const first = args.findIndex((arg) => !arg.startsWith("-"));
  const before = args.slice(0, Math.max(first, 0));
  const rest = args.slice(Math.max(first, 0));
  const words = commandWords(Object.keys(tool.commands), rest);
  const command = words && tool.commands[words.join(" ")];
  if (!command) throw new Error(`there is no command "${rest.slice(0, 3).join(" ")}".`);
  const { given, positional } = readArguments(
    [...before, ...rest.slice(words.length)],
    [...tool.flags, ...command.flags],
  );
  if (!command.positional.includes(positional.length))
    throw new Error(`${words.join(" ")} does not take ${positional.length} arguments: ${positional.join(" ")}.`);
  const lacking = (command.required ?? []).filter((flag) => !given.has(flag));
  if (lacking.length > 0) throw new Error(`${words.join(" ")} needs ${lacking.join(" and ")}.`);
  return command;
}

/** The longest name of a command that the arguments begin with. */
function commandWords(names: readonly string[], args: readonly string[]): readonly string[] | undefined {
  return names
    .map((name) => name.split(" "))
    .filter((words) => words.every((word, index) => args[index] === word))
    .sort((a, b) => b.length - a.length)[0];
}

function readArguments(args: readonly string[], flags: readonly string[]) {
  const given = new Set<string>();
  const positional: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as string;
    if (!arg.startsWith("-")) {
      positional.push(arg);
      continue;
    }
    const [flag = "", value] = arg.split(/=(.*)/s);
    given.add(flag);
    if (flags.includes(`${flag}!`)) continue;
    if (!["", "@", "+"].some((kind) => flags.includes(flag + kind))) throw new Error(`there is no ${flag} here.`);
    const taken = value ?? args[++index];
    if (taken === undefined || taken === "" || /^--\w/.test(taken)) throw new Error(`${flag} needs a value.`);
    if (flags.includes(`${flag}@`) && !existsSync(taken)) throw new Error(`${flag}: there is no ${taken}.`);
    while (flags.includes(`${flag}+`) && args[index + 1]?.startsWith("-") === false) index++;
  }
  return { given, positional };
}
