import type { Implementation } from "@modelcontextprotocol/server";
import { AnycloudError } from "../../errors.ts";
import type { ResolvedCommand } from "./resolve-command.ts";

export interface StdioOptions {
  /** How the server presents itself. Default: the name of the command. */
  readonly info?: Implementation;
  readonly instructions?: string;
  /**
   * Variables of the process. It gets these, and of the others only what a process needs to run (`PATH`, a locale, a home of its
   * own). `{folder}` in a value, or in an argument, is a folder that this process alone has, and that is removed with it.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds without a message after which a request is given up. 1 to 3,600. Default 60. */
  readonly timeoutSeconds?: number;
  /** Seconds without a request after which a process is ended. 1 to 86,400. Default 300. */
  readonly idleSeconds?: number;
  /** Megabytes that the heap of a process may have. 16 to 32,768. Default 256. */
  readonly memoryMegabytes?: number;
  /** Processes that one instance has at a time. 1 to 1,000. Default 16. */
  readonly maxProcesses?: number;
  /** Bytes of one message that a process may send. 1,024 to 104,857,600. Default 4,194,304 (4 MiB). */
  readonly maxBytes?: number;
}

/** Limits of the processes of one source. */
export interface ProcessLimits {
  readonly idleMs: number;
  readonly timeoutMs: number;
  readonly memoryMegabytes: number;
  readonly maxProcesses: number;
  readonly maxBytes: number;
}

/** Everything that the processes of one source need. */
export interface ProcessesOptions extends ResolvedCommand {
  readonly env: Readonly<Record<string, string>>;
  readonly limits: ProcessLimits;
}

/** Throws SERVER_INVALID for limits that are out of range. */
export function checkStdio(name: string, options: StdioOptions): ProcessLimits {
  const {
    timeoutSeconds = 60,
    idleSeconds = 300,
    memoryMegabytes = 256,
    maxProcesses = 16,
    maxBytes = 4_194_304,
  } = options;
  for (const [option, value, least, most] of [
    ["timeoutSeconds", timeoutSeconds, 1, 3_600],
    ["idleSeconds", idleSeconds, 1, 86_400],
    ["memoryMegabytes", memoryMegabytes, 16, 32_768],
    ["maxProcesses", maxProcesses, 1, 1_000],
    ["maxBytes", maxBytes, 1_024, 104_857_600],
  ] as const) {
    if (value >= least && value <= most) continue;
    const message = `${option} of stdio(${JSON.stringify(name)}) must be from ${least} to ${most}, not ${value}.`;
    throw new AnycloudError("SERVER_INVALID", message);
  }
  return { timeoutMs: timeoutSeconds * 1000, idleMs: idleSeconds * 1000, memoryMegabytes, maxProcesses, maxBytes };
}
