import { CLOUDS, type Platform } from "./clouds.ts";
import { usage } from "./flags.ts";

/** The flags by which `dev` and `build` say which server they are about, and for which platforms. */
export const SERVER_FLAGS = {
  stdio: { type: "string" },
  target: { type: "string", multiple: true },
} as const;

/** The server that a command is about. */
export interface ServerChoice {
  /** A module; undefined where none was named. */
  readonly entry: string | undefined;
  /** The package of a desktop server and its arguments, in place of an entry. */
  readonly stdio: string | undefined;
}

/** Throws USAGE for both kinds of servers at once. */
export function toServer(positionals: readonly string[], stdio: string | undefined): ServerChoice {
  const entry = toEntry(positionals);
  if (entry !== undefined && stdio !== undefined)
    throw usage("--stdio takes the place of an entry", `leave out ${entry}`);
  return { entry, stdio };
}

/** The one argument that is no flag. Throws USAGE for more than one. */
export function toEntry(positionals: readonly string[]): string | undefined {
  if (positionals.length > 1)
    throw usage(`There is one entry, not ${positionals.length}`, `leave out ${positionals[1]}`);
  return positionals[0];
}

/**
 * The targets that are asked for, in the known order. Default: every cloud, because an image is made where it is wanted. Throws
 * USAGE.
 */
export function toTargets<Known extends Platform>(
  targets: readonly string[] | undefined,
  known: readonly Known[],
): Known[] {
  const wanted: readonly string[] = targets ?? CLOUDS;
  const unknown = wanted.find((target) => !known.includes(target as Known));
  const all = known.join(", ").replace(/, (?=[^,]*$)/, " or ");
  if (unknown !== undefined) throw usage(`--target cannot be "${unknown}"`, `give ${all}`);
  return known.filter((target) => wanted.includes(target));
}
