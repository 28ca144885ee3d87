import { parseArgs } from "node:util";
import { readFlags, usage } from "../flags.ts";
import { givenVariables } from "../server-environment.ts";

export interface LockCommand {
  readonly verb: "lock";
  readonly entry: string | undefined;
  /** The file that is written, or compared. */
  readonly file: string;
  /** Only compares, and fails where a tool differs. */
  readonly isCheck: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

const FLAGS = {
  check: { type: "boolean" },
  out: { type: "string" },
  env: { type: "string", multiple: true },
  "env-file": { type: "string", multiple: true },
} as const;

/** Reads the command line of `lock`. Throws USAGE. */
export function parseLock(args: string[]): LockCommand {
  const { values, positionals } = readFlags("lock", () => parseArgs({ args, options: FLAGS, allowPositionals: true }));
  if (positionals.length > 1)
    throw usage(`There is one entry, not ${positionals.length}`, `leave out ${positionals[1]}`);
  return {
    verb: "lock",
    entry: positionals[0],
    file: values.out ?? "tools.lock.json",
    isCheck: values.check ?? false,
    environment: givenVariables({ env: values.env, envFile: values["env-file"] }),
  };
}
