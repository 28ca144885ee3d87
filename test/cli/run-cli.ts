import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./project.ts";

/** Ends the command line when the test process ends, however that does: it has a process group of its own. */
const PRELOAD_GUARD = pathToFileURL(join(ROOT, "emulators/preload-guard.ts")).href;

export interface CliOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Arguments of `node` that start the command line. Default: the sources. */
  readonly program?: readonly string[];
  /** Starts it from a shell, as npm does; `process` is the shell then. Default false. */
  readonly shell?: boolean;
}

const SOURCES = ["--conditions=@mcp-anycloud/source", join(ROOT, "cli/main.ts")];

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line, running in a process group of its own, as a terminal would start it. */
export interface RunningCli {
  readonly process: ChildProcess;
  /** Settles when `pattern` is in what was printed. Rejects with everything printed when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  readonly ended: Promise<CliResult>;
  /** Sends a signal to the whole group, as Ctrl-C does. */
  signalGroup(signal: NodeJS.Signals): void;
}

export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const { cwd = ROOT, environment = {}, program = SOURCES, shell = false } = options;
  const { PATH = "", HOME = "", TMPDIR, NODE_COMPILE_CACHE } = process.env;
  const command = [process.execPath, "--import", PRELOAD_GUARD, ...program, ...args];
  // The second command keeps the shell from becoming the first one.
  const [file = "", ...rest] = shell ? ["sh", "-c", '"$@"; true', "sh", ...command] : command;
  const child = spawn(file, rest, {
    cwd,
    env: { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }), ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const text = { stdout: "", stderr: "" };
  const heard = new EventEmitter();
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.on("data", (chunk) => {
      text[name] += chunk;
      heard.emit("data");
    });
  }
  const ended = once(child, "close").then(([code]) => ({ code, ...text }));
  return {
    process: child,
    ended,
    async printed(pattern) {
      for (;;) {
        const match = text.stdout.match(pattern);
        if (match) return match;
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`It ended before it printed ${pattern}:\n${text.stdout}${text.stderr}`);
        }
        await Promise.race([once(heard, "data"), ended]);
      }
    },
    signalGroup(signal) {
      process.kill(-(child.pid ?? 0), signal);
    },
  };
}

/** Runs the command line to its end. */
export const runCli = (args: readonly string[], options?: CliOptions): Promise<CliResult> =>
  startCli(args, options).ended;
