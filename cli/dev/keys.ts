import { execFileSync } from "node:child_process";
import type { ReadStream } from "node:tty";

/** A key that `dev` listens to. */
export interface Key {
  /** For people: "open the console". */
  readonly does: string;
  press(): void;
}

/**
 * Reads single keys, where the input is a terminal and this process is in its foreground. Calls `interrupt` for Ctrl-C. Returns a
 * function that ends it.
 */
export function readKeys(
  input: ReadStream,
  keys: Readonly<Record<string, Key>>,
  interrupt: () => void,
): (() => void) | undefined {
  // A process in the background is stopped when it changes the terminal.
  if (!input.isTTY || !isInForeground()) return undefined;
  const onData = (typed: Buffer): void => {
    for (const key of typed.toString()) {
      // Raw mode makes a character of Ctrl-C.
      if (key === "\u0003") interrupt();
      else keys[key]?.press();
    }
  };
  input.setRawMode(true);
  input.on("data", onData);
  return () => {
    input.off("data", onData);
    input.setRawMode(false);
    input.pause();
  };
}

/** The keys, in a line. */
export const keysLine = (keys: Readonly<Record<string, Key>>): string =>
  Object.entries(keys)
    .map(([key, { does }]) => `${key} ${does}`)
    .join("   ");

function isInForeground(): boolean {
  try {
    const columns = execFileSync("ps", ["-o", "pgid=,tpgid=", "-p", String(process.pid)], { encoding: "utf8" });
    const [group, foreground] = columns.trim().split(/ +/);
    return group === foreground;
  } catch {
    // A system without ps, such as Windows, has no such groups.
    return true;
  }
}
