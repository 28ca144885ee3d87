import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { PLATFORMS, type Platform } from "../clouds.ts";
import { readFlags, usage } from "../flags.ts";
import { ENVIRONMENT_FLAGS, givenVariables } from "../server-environment.ts";
import { SERVER_FLAGS, type ServerChoice, toServer, toTargets } from "../server-flags.ts";

export interface BuildCommand extends ServerChoice {
  readonly verb: "build";
  readonly platforms: readonly Platform[];
  readonly outDir: string;
  /** Variables of the server while `build` starts it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the outcome is printed for machines. */
  readonly json: boolean;
}

const FLAGS = {
  ...SERVER_FLAGS,
  ...ENVIRONMENT_FLAGS,
  out: { type: "string" },
  json: { type: "boolean" },
} as const satisfies ParseArgsOptionsConfig;

/** Reads the arguments of `build`. Throws USAGE. */
export function parseBuild(args: string[]): BuildCommand {
  const { values, positionals } = readFlags("build", () => parseArgs({ args, options: FLAGS, allowPositionals: true }));
  if (values.out === "") throw usage('--out was given ""', "give a folder");
  return {
    verb: "build",
    ...toServer(positionals, values.stdio),
    platforms: toTargets(values.target, PLATFORMS),
    outDir: values.out ?? "dist",
    environment: givenVariables({ env: values.env, envFile: values["env-file"] }),
    json: values.json ?? false,
  };
}
