import { mkdtempSync, rmSync } from "node:fs";
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
const running = new Set<{ kill(): boolean; remove(): void }>();
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
  });
  watchExit();
  const entry = {
    kill: (): boolean => child.kill("SIGKILL"),
    remove: (): void => rmSync(folder, { recursive: true, force: true }),
  };
  running.add(entry);
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as { unref?(): void }).unref?.();
  const buffer = new ReadBuffer({ maxBufferSize: limits.maxBytes });
  let isEnding = false;
  let hasEnded = false;
  let said = "";
  let problem: string | undefined;

  function finish(how: string): void {
    if (hasEnded) return;
    hasEnded = true;
    running.delete(entry);
    entry.remove();
    const words = lastWordsOf(said);
    onEnd(isEnding && !problem ? undefined : `(${problem ?? how})${words && `: ${words}`}`);
  }

  child.stdout.on("data", (chunk: Buffer) => {
    try {
      buffer.append(chunk);
      for (let message = buffer.readMessage(); message !== null; message = buffer.readMessage()) onMessage(message);
    } catch (error) {
      problem = `it sent what is no message: ${(error as Error).message.slice(0, 200)}`;
      child.kill("SIGKILL");
    }
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
      setTimeout(() => child.kill("SIGKILL"), GRACE_MS).unref();
    },
  };
}

const sharedVariables = (): Record<string, string> =>
  Object.fromEntries(SHARED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

function watchExit(): void {
  if (isWatching) return;
  isWatching = true;
  process.on("exit", () => {
    for (const { kill, remove } of running) {
      kill();
      remove();
    }
  });
}
