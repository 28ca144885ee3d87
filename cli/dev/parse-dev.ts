import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { CLOUDS, type Cloud } from "../clouds.ts";
import { readFlags, toNumber, usage } from "../flags.ts";
import { ENVIRONMENT_FLAGS, serverEnvironment } from "../server-environment.ts";
import { SERVER_FLAGS, type ServerChoice, toServer, toTargets } from "../server-flags.ts";
import { type FirstCall, parseFirstCall } from "./first-call.ts";

export interface DevCommand extends ServerChoice {
  readonly verb: "dev";
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

/** Beside the ports of the ingresses. */
const CONSOLE_PORT = 8786;

const FLAGS = {
  ...SERVER_FLAGS,
  ...ENVIRONMENT_FLAGS,
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

/** Reads the arguments of `dev`. Throws USAGE. */
export function parseDev(args: string[]): DevCommand {
  const { values, positionals } = readFlags("dev", () => parseArgs({ args, options: FLAGS, allowPositionals: true }));
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
