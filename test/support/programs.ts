import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Path of the first of these programs that this machine has; undefined where it has none. */
export function findProgram(...names: readonly string[]): string | undefined {
  for (const name of names) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // It has another name, or is not installed.
    }
  }
  return undefined;
}

/** Whether a process of this id runs. One that has ended stays in the table until its parent has asked for it. */
export function isRunning(pid: number | string): boolean {
  try {
    process.kill(Number(pid), 0);
    return !existsSync("/proc/self") || !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/**
 * A script of `sh` that becomes the command which follows it, as the leader of a process group (`detached`). The group ends when
 * the input of the shell does: with the tests, however they end.
 */
export const ENDS_WITH_TESTS: string =
  'exec 3<&0; { read -r line <&3; kill -KILL 0; } >/dev/null 2>&1 & exec "$@" 3<&- </dev/null';

/** A server of somebody else's, in a process of its own. */
export interface Program {
  readonly pid: number;
  /** Asks until the program is ready. Rejects with what it printed when it ends before, or takes longer than a minute. */
  readyWhen(isReady: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

const READY_MS = 60_000;
const MOST_CHARACTERS = 2_000;

/** Starts a program that ends with the tests, however they end. */
export function startProgram(program: string, args: readonly string[]): Program {
  const command = ["-c", ENDS_WITH_TESTS, "sh", program, ...args];
  const child = spawn("sh", command, { stdio: ["pipe", "pipe", "pipe"], detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MOST_CHARACTERS);
    });
  const exited = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    async readyWhen(isReady) {
      for (const giveUpAt = performance.now() + READY_MS; !(await isReady()); await sleep(50)) {
        const how = child.exitCode ?? child.signalCode;
        if (how !== null) throw new Error(`${program} ended with ${how}:\n${output}`);
        if (performance.now() > giveUpAt) throw new Error(`${program} is not ready after a minute:\n${output}`);
      }
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
