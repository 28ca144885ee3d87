import { spawn } from "node:child_process";
import { AnycloudError } from "../../src/adapter.ts";
import { Interruption, interruptible } from "../signals/interruption.ts";

/** Runs the clouds' own tools, and shows each command before it runs. */
export interface Tools {
  /** Runs a command that changes something, with the terminal as its own. Throws INSTANCE_FAILED where it fails. */
  change(command: Command): Promise<void>;
  /** Runs a command that only looks, and returns what it prints. In a dry run nothing runs, and `instead` is returned. */
  look(command: Command, instead: string): Promise<string>;
  readonly dryRun: boolean;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Default: the project's folder. */
  readonly folder?: string;
}

export interface ToolsOptions {
  readonly folder: string;
  readonly dryRun: boolean;
  /** Takes the lines that people read; with `--json`, standard output belongs to the result. */
  readonly print: (line: string) => void;
  readonly environment?: NodeJS.ProcessEnv;
}

export function createTools(options: ToolsOptions): Tools {
  const { dryRun, print } = options;
  const show = (command: Command): void => print(`$ ${toShell(command)}`);
  return {
    dryRun,
    async change(command) {
      show(command);
      if (dryRun) return;
      await run(command, options, "inherit");
    },
    async look(command, instead) {
      show(command);
      return dryRun ? instead : run(command, options, "pipe");
    },
  };
}

/** As a person would type it. */
export function toShell({ program, args, folder }: Command): string {
  const line = [program, ...args].map(toWord).join(" ");
  return folder === undefined ? line : `(cd ${toWord(folder)} && ${line})`;
}

const toWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function run(command: Command, options: ToolsOptions, output: "inherit" | "pipe"): Promise<string> {
  const { program, args } = command;
  const sentence = `${toShell({ program, args })} was interrupted: run the same mcp-anycloud command again to go on.`;
  return interruptible(sentence, async (signal) => {
    const printed = await runUntil(signal, command, options, output);
    signal.throwIfAborted();
    return printed;
  });
}

/** Waits for the tool also once it is interrupted: it may have to finish first, as Terraform has with its state. */
async function runUntil(
  interrupted: AbortSignal,
  command: Command,
  options: ToolsOptions,
  output: "inherit" | "pipe",
): Promise<string> {
  const { program, args, folder = options.folder } = command;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const printed: string[] = [];
  const child = spawn(program, args, {
    cwd: folder,
    env: options.environment ?? process.env,
    // Tools print to standard error, because standard output may belong to --json. A tool whose output is read gets no input: it
    // could ask a question that nobody sees, such as az before it installs an extension.
    stdio: output === "pipe" ? ["ignore", "pipe", "pipe"] : ["inherit", 2, 2],
  });
  interrupted.addEventListener("abort", () => {
    // What a terminal sends reaches the tool itself, for which a second Ctrl-C would mean to end at once.
    if (interrupted.reason instanceof Interruption && interrupted.reason.signal === "SIGTERM") child.kill();
  });
  const told: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => told.push(text));
  child.once("error", (cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "is not installed: mcp-anycloud doctor says where it is from" : cause.message;
    reject(new AnycloudError("INSTANCE_FAILED", `${program} ${why}.`, { cause }));
  });
  child.once("close", (code, signal) => {
    if (code === 0) return resolve(printed.join(""));
    if (interrupted.aborted) return reject(interrupted.reason);
    const last = told.join("").trim().split("\n").at(-1)?.trim();
    const what = `${toShell({ program, args })} ended with ${code ?? signal}`;
    const next = "correct it and run the same mcp-anycloud command again";
    reject(new AnycloudError("INSTANCE_FAILED", `${what}${last ? ` (${last})` : ""}: ${next}.`));
  });
  return promise;
}
