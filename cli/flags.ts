import { AnycloudError } from "../src/adapter.ts";

/** USAGE: what is wrong with the command line and what to write instead. */
export const usage = (problem: string, remedy: string): AnycloudError =>
  new AnycloudError("USAGE", `${problem}: ${remedy}, or see mcp-anycloud --help.`);

/** Returns the result of `read`. Throws USAGE with the first sentence of Node.js's explanation of a wrong flag. */
export function readFlags<Parsed>(verb: string, read: () => Parsed): Parsed {
  try {
    return read();
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (!code.startsWith("ERR_PARSE_ARGS")) throw error;
    const flag = /'(--?[^' ]+)/.exec(message)?.[1] ?? "";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION")
      throw usage(`mcp-anycloud ${verb} has no flag ${flag}`, "leave it out");
    const needsNone = message.includes("does not take an argument");
    throw usage(needsNone ? `${flag} takes no value` : `${flag} needs a value`, "correct it");
  }
}

/** The value of a flag as a whole number from `min` to `max`. Throws USAGE. */
export function toNumber(
  flag: string,
  text: string | undefined,
  [min, max]: readonly [number, number],
): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (number < min || number > max)
    throw usage(`${flag} cannot be "${text}"`, `give a whole number from ${min} to ${max}`);
  return number;
}
