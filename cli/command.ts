import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { CLOUDS, type Cloud, PLATFORMS, type Platform } from "./clouds.ts";
import { type AuditCommand, parseAudit } from "./commands/audit-command.ts";
import { type FirstCall, parseFirstCall } from "./dev/first-call.ts";
import { readFlags, toNumber, usage } from "./flags.ts";
import { type InitCommand, parseInit } from "./init/parse-init.ts";
import { type LockCommand, parseLock } from "./lock/parse-lock.ts";
import { isReleaseVerb, parseRelease, type ReleaseCommand } from "./release/parse-release.ts";
import { givenVariables, serverEnvironment } from "./server-environment.ts";
import { parseSmoke, type SmokeCommand } from "./smoke/parse-smoke.ts";

export interface BuildCommand {
  readonly verb: "build";
  readonly entry: string | undefined;
  /** The package of a desktop server and its arguments, in place of an entry. */
  readonly stdio: string | undefined;
  readonly platforms: readonly Platform[];
  readonly outDir: string;
  /** Variables of the server while `build` starts it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the outcome is printed for machines. */
  readonly json: boolean;
}

export interface DevCommand {
  readonly verb: "dev";
  readonly entry: string | undefined;
  /** The package of a desktop server and its arguments, in place of an entry. */
  readonly stdio: string | undefined;
  readonly clouds: readonly Cloud[];
  /** Port of the first cloud's ingress; the next ones follow it. 0 takes free ports. */
  readonly port: number | undefined;
  readonly instances: number;
  readonly amnesia: boolean;
  /** Whether sessions and shared state are kept. */
  readonly store: boolean;
  /** Whether the state that former runs kept is removed first. */
  readonly reset: boolean;
  /** Variables passed on to the server. */
  readonly environment: Readonly<Record<string, string>>;
  readonly call: FirstCall | undefined;
  /** Whether a debugger can be attached to the instance of the first cloud. */
  readonly inspect: boolean;
  /** Port of the console; 0 takes a free one. Undefined for no console. */
  readonly consolePort: number | undefined;
}

export type Command =
  | { readonly verb: "help" }
  | { readonly verb: "version" }
  | BuildCommand
  | DevCommand
  | InitCommand
  | SmokeCommand
  | ReleaseCommand
  | AuditCommand
  | LockCommand;

/** Beside the ports of the ingresses. */
const CONSOLE_PORT = 8786;

const SHARED = {
  stdio: { type: "string" },
  target: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const satisfies ParseArgsOptionsConfig;
const VARIABLES = {
  env: { type: "string", multiple: true },
  "env-file": { type: "string", multiple: true },
} as const satisfies ParseArgsOptionsConfig;
const BUILD = {
  ...SHARED,
  ...VARIABLES,
  out: { type: "string" },
  json: { type: "boolean" },
} as const satisfies ParseArgsOptionsConfig;
const DEV = {
  ...SHARED,
  ...VARIABLES,
  port: { type: "string" },
  instances: { type: "string" },
  amnesia: { type: "boolean" },
  "no-store": { type: "boolean" },
  reset: { type: "boolean" },
  call: { type: "string" },
  inspect: { type: "boolean" },
  "console-port": { type: "string" },
  "no-console": { type: "boolean" },
} as const satisfies ParseArgsOptionsConfig;

/** Reads a command line. Throws USAGE with what to write instead. */
export function parseCommand(args: readonly string[]): Command {
  const [verb, ...rest] = args;
  if (verb === "init") return parseInit(rest);
  if (verb === "build") return parseBuild(rest);
  if (verb === "dev") return parseDev(rest);
  if (verb === "smoke") return parseSmoke(rest);
  if (verb === "audit") return parseAudit(rest);
  if (isReleaseVerb(verb)) return parseRelease(verb, rest);
  if (verb === "lock") return parseLock(rest);
  if (verb === "--help" || verb === "-h" || verb === "help") return { verb: "help" };
  if (verb === "--version" || verb === "-v") return { verb: "version" };
  throw usage(
    verb === undefined ? "Nothing was asked for" : `There is no command "${verb}"`,
    "use init, dev, build, smoke, deploy, diff, lock or audit",
  );
}

function parseBuild(args: string[]): Command {
  const { values, positionals } = readFlags("build", () => parseArgs({ args, options: BUILD, allowPositionals: true }));
  if (values.help) return { verb: "help" };
  if (values.version) return { verb: "version" };
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

function parseDev(args: string[]): Command {
  const { values, positionals } = readFlags("dev", () => parseArgs({ args, options: DEV, allowPositionals: true }));
  if (values.help) return { verb: "help" };
  if (values.version) return { verb: "version" };
  const clouds = toTargets(values.target, CLOUDS);
  const instances = toNumber("--instances", values.instances, [1, 50]) ?? 1;
  if (values.inspect && (instances > 1 || values.amnesia))
    throw usage("--inspect debugs one instance that stays", "leave out --instances and --amnesia");
  if (values.reset && values["no-store"])
    throw usage("--no-store keeps nothing that --reset could remove", "leave out one");
  const port = toNumber("--port", values.port, [0, 65_536 - clouds.length]);
  const consolePort = toNumber("--console-port", values["console-port"], [0, 65_535]);
  return {
    verb: "dev",
    ...toServer(positionals, values.stdio),
    clouds,
    port,
    instances,
    amnesia: values.amnesia ?? false,
    store: !values["no-store"],
    reset: values.reset ?? false,
    environment: serverEnvironment({ env: values.env, envFile: values["env-file"] }),
    call: values.call === undefined ? undefined : parseFirstCall(values.call),
    inspect: values.inspect ?? false,
    consolePort: values["no-console"] ? undefined : (consolePort ?? (port === 0 ? 0 : CONSOLE_PORT)),
  };
}

function only(positionals: readonly string[]): string | undefined {
  if (positionals.length > 1)
    throw usage(`There is one entry, not ${positionals.length}`, `leave out ${positionals[1]}`);
  return positionals[0];
}

/** The server that a command is about: a module, or a desktop server. */
function toServer(positionals: readonly string[], stdio: string | undefined): Pick<BuildCommand, "entry" | "stdio"> {
  const entry = only(positionals);
  if (entry !== undefined && stdio !== undefined)
    throw usage("--stdio takes the place of an entry", `leave out ${entry}`);
  return { entry, stdio };
}

/** Selects what is asked for, in the known order. The default is every cloud: an image is made where it is wanted. */
function toTargets<Known extends Platform>(targets: readonly string[] | undefined, known: readonly Known[]): Known[] {
  const wanted: readonly string[] = targets ?? CLOUDS;
  const unknown = wanted.find((target) => !known.includes(target as Known));
  const all = known.join(", ").replace(/, (?=[^,]*$)/, " or ");
  if (unknown !== undefined) throw usage(`--target cannot be "${unknown}"`, `give ${all}`);
  return known.filter((target) => wanted.includes(target));
}
