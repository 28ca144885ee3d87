import { constants } from "node:os";
import { SIGNALS } from "./signals.ts";

/**
 * Does work that Ctrl-C and other signals end together with this process. A signal alone would end it without its "exit", at
 * which programs that it started are ended and temporary folders removed.
 */
export async function endingInOrder<T>(work: () => Promise<T>): Promise<T> {
  const end = (signal: NodeJS.Signals): never => process.exit(128 + constants.signals[signal]);
  for (const signal of SIGNALS) process.once(signal, end);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
  }
}
