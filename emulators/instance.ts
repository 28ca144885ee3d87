import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** One operating-system process that runs the artefact. */
export interface Instance {
  readonly process: ChildProcess;
  /** Resolves with how the process ended: "exit code 1" or "SIGKILL". Never rejects. */
  readonly exited: Promise<string>;
  /** Asks the process to end with SIGTERM, and ends it with SIGKILL after `graceMs`. Resolves when it has ended. */
  stop(graceMs?: number): Promise<void>;
}

export interface InstanceOptions {
  /** Arguments of `node`; the script is the first. */
  readonly command: readonly string[];
  readonly cwd?: string;
  /** The whole environment: of the emulator's own, only `PATH`, `HOME` and `NODE_COMPILE_CACHE` are added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onOutput?: (line: string) => void;
  /** Ends the processes that this one starts with it, whatever they do: it gets a process group. Default false. */
  readonly ownGroup?: boolean;
}

const PRELOAD_GUARD = new URL(`./preload-guard.${import.meta.filename.endsWith(".ts") ? "ts" : "js"}`, import.meta.url)
  .href;

/** Time in which the output of a process that has ended is read. */
const OUTPUT_LIMIT_MS = 5_000;

/** Ends what is left of a process group. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left, or there are no groups.
  }
}

/**
 * Starts a Node.js process that ends with this one and listens only on loopback (see preload-guard.ts). It has an IPC
 * channel: `process.send` and `message` events work both ways.
 */
export function startInstance({ command, cwd, environment, onOutput, ownGroup = false }: InstanceOptions): Instance {
  const { PATH = "", HOME = "", NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, ["--import", PRELOAD_GUARD, ...command], {
    cwd,
    env: { PATH, HOME, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }), ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced",
    // Windows has no process groups.
    detached: ownGroup && process.platform !== "win32",
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => onOutput?.(line));
  }
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once("error", (error) => resolve(error.message));
  });
  return {
    process: child,
    exited,
    async stop(graceMs = 0) {
      if (ownGroup) endGroup(child);
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(graceMs > 0 ? "SIGTERM" : "SIGKILL");
        const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
        await exited;
        clearTimeout(timer);
      }
    },
  };
}

/**
 * Resolves with how a process ended once all that it printed was read, which may say why, or after five seconds: a process that
 * it started may hold its output open. To be called when the instance was started.
 */
export async function endOf({ process: child, exited }: Instance): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("close", resolve);
  const how = await exited;
  const timer = setTimeout(resolve, OUTPUT_LIMIT_MS);
  await promise;
  clearTimeout(timer);
  return how;
}
