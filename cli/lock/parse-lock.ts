import { parseArgs } from "node:util";
import { readFlags } from "../flags.ts";
import { ENVIRONMENT_FLAGS, givenVariables } from "../server-environment.ts";
import { toEntry } from "../server-flags.ts";

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
  ...ENVIRONMENT_FLAGS,
  check: { type: "boolean" },
  out: { type: "string" },
} as const;

/** Reads the command line of `lock`. Throws USAGE. */
export function parseLock(args: string[]): LockCommand {
  const { values, positionals } = readFlags("lock", () => parseArgs({ args, options: FLAGS, allowPositionals: true }));
  return {
    verb: "lock",
    entry: toEntry(positionals),
    file: values.out ?? "tools.lock.json",
    isCheck: values.check ?? false,
    environment: givenVariables({ env: values.env, envFile: values["env-file"] }),
  };
}
