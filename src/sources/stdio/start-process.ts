import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rm, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JSONRPCMessage, ReadBuffer } from "@modelcontextprotocol/server";
import { AnycloudError } from "../../errors.ts";
import { lastWordsOf } from "./last-words.ts";
import type { ProcessesOptions } from "./stdio-options.ts";
import { writeFlags } from "./write-flags.ts";

export interface StartedProcess {
  write(text: string): void;
  /** Closes its input, and kills it if that does not end it soon. */
  end(): void;
}

export interface ProcessEvents {
  onMessage(message: JSONRPCMessage): void;
  /** Once. `how` is absent where `end` was called. */
  onEnd(how: string | undefined): void;
}

/** Variables of this process that every process may have: none of them is a secret. */
const SHARED = ["PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT"] as const;
/** Milliseconds between the end of a process's input and its being killed. */
const GRACE_MS = 2_000;

/** Processes that run, to be killed with this one. */
const running = new Set<{ readonly folder: string; kill(): boolean }>();
let isWatching = false;

/**
 * Starts a program of Node.js, with a folder of its own that is removed with it, and the only one that it can write to unless its
 * arguments or variables name another. It keeps nothing of this process alive, and does not outlive it. Throws SERVER_INVALID.
 */
export function startProcess(
  { name, file, args, env, limits }: ProcessesOptions,
  { onMessage, onEnd }: ProcessEvents,
): StartedProcess {
  const childProcess = process.getBuiltinModule?.("node:child_process");
  if (!childProcess) {
    const message = `stdio(${JSON.stringify(name)}) starts processes, which this platform has not: deploy it to one that runs Node.js.`;
    throw new AnycloudError("SERVER_INVALID", message);
  }
  const heap = `--max-old-space-size=${limits.memoryMegabytes}`;
  const folder = mkdtempSync(join(tmpdir(), "mcp-stdio-"));
  const inFolder = (text: string): string => text.replaceAll("{folder}", folder);
  const own = Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, inFolder(value)]));
  const ownArgs = args.map(inFolder);
  const flags = writeFlags(folder, [...ownArgs, ...Object.values(own)]);
  const child = childProcess.spawn(process.execPath, [heap, ...flags, file, ...ownArgs], {
    env: { ...sharedVariables(), HOME: folder, TMPDIR: folder, ...own },
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
    // A group of its own, so that the programs which it starts end with it.
    detached: true,
  });
  watchExit();
  const entry = { folder, kill: (): boolean => killGroup(child) };
  running.add(entry);
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as { unref?(): void }).unref?.();
  const buffer = new ReadBuffer({ maxBufferSize: limits.maxBytes });
  let isEnding = false;
  let hasEnded = false;
  let hasStrayed = false;
  let said = "";
  let problem: string | undefined;

  function finish(how: string): void {
    if (hasEnded) return;
    hasEnded = true;
    entry.kill();
    running.delete(entry);
    // Not synchronous: a program of another group may go on writing there, and the removal may fail.
    rm(folder, { recursive: true, force: true, maxRetries: 5 }, () => {});
    const words = lastWordsOf(said);
    onEnd(isEnding && !problem ? undefined : `(${problem ?? how})${words && `: ${words}`}`);
  }

  /** The next message, null where there is none yet, and undefined for a line that is none: programs also print there. */
  function next(): JSONRPCMessage | null | undefined {
    try {
      return buffer.readMessage();
    } catch {
      if (!hasStrayed) console.error(`stdio server ${name} prints to its standard output what is no message: left out`);
      hasStrayed = true;
      return undefined;
    }
  }

  child.stdout.on("data", (chunk: Buffer) => {
    try {
      buffer.append(chunk);
    } catch (error) {
      problem = `it sent too large a message: ${(error as Error).message}`;
      entry.kill();
    }
    for (let message = next(); message !== null; message = next()) if (message) onMessage(message);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  // Written to after it ended: `exit` tells of that.
  child.stdin.on("error", () => {});
  child.on("error", (error) => finish(error.message));
  child.on("exit", (code, signal) => finish(signal ?? `code ${code}`));
  return {
    write: (text) => void child.stdin.write(text),
    end() {
      isEnding = true;
      child.stdin.end();
      setTimeout(() => hasEnded || entry.kill(), GRACE_MS).unref();
    },
  };
}

/** Ends a process and what it started. Where there are no groups of processes, it alone. */
function killGroup(child: ChildProcess): boolean {
  try {
    return process.kill(-(child.pid as number), "SIGKILL");
  } catch {
    return child.kill("SIGKILL");
  }
}

const sharedVariables = (): Record<string, string> =>
  Object.fromEntries(SHARED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

function watchExit(): void {
  if (isWatching) return;
  isWatching = true;
  process.on("exit", () => {
    for (const { kill } of running) kill();
    for (const { folder } of running) {
      try {
        rmSync(folder, { recursive: true, force: true });
      } catch {
        // It is left to the system, as is everything in its folder for temporary files.
      }
    }
  });
}
