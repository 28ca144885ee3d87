import { type AwsEmulator, type AwsEmulatorOptions, startAwsEmulator } from "../../emulators/aws/emulator.ts";
import { readRestApi, readStage } from "./deployed-rest-api.ts";
import type { Synthesis } from "./synthesis.ts";
import { createResolve, type LocalValues, referencesIn } from "./template-values.ts";

interface FunctionProperties {
  readonly Handler: string;
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly Runtime: string;
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
}

/** All that a stack with a REST API says of how requests are served. */
export type Deployment = Required<Pick<AwsEmulatorOptions, "handler" | "timeoutSeconds" | "memoryMiB" | "restApi">> & {
  readonly environment: Readonly<Record<string, string>>;
  readonly stage: string | undefined;
};

/** Reads a deployment from a template; `local` replaces references to the rest of the stack. */
export function readDeployment(synthesis: Synthesis, local: LocalValues): Deployment {
  const resolve = createResolve(synthesis, { "AWS::ApiGateway::RestApi": "emulated", ...local });
  const { Handler, Timeout, MemorySize, Runtime, Environment } = functionBehind(synthesis);
  if (Runtime !== "nodejs24.x") throw new Error(`The emulator runs functions on nodejs24.x, not on ${Runtime}.`);
  const variables = Object.entries(Environment?.Variables ?? {});
  return {
    handler: Handler,
    timeoutSeconds: Timeout,
    memoryMiB: MemorySize,
    environment: Object.fromEntries(variables.map(([name, value]) => [name, resolve(value)])),
    restApi: readRestApi(synthesis, resolve),
    stage: readStage(synthesis),
  };
}

/** The function that every route of the REST API leads to, by way of an alias. */
function functionBehind({ template, resources }: Synthesis): FunctionProperties {
  const follow = (value: unknown, type: string): string[] =>
    referencesIn(value).filter((id) => template.Resources[id]?.Type === type);
  const methods = resources("AWS::ApiGateway::Method").map(([, { Properties }]) => Properties.Integration);
  const aliases = new Set(methods.flatMap((integration) => follow(integration, "AWS::Lambda::Alias")));
  const functions = [...aliases].flatMap((id) =>
    follow(template.Resources[id]?.Properties.FunctionName, "AWS::Lambda::Function"),
  );
  const [found = "", ...others] = functions;
  if (others.length > 0) throw new Error(`The routes lead to ${functions.length} functions.`);
  const { Properties } = template.Resources[found] ?? {};
  if (!Properties) throw new Error("The routes lead to no function behind an alias.");
  return Properties as unknown as FunctionProperties;
}

export interface DeployedServerOptions extends Pick<AwsEmulatorOptions, "artefact" | "instances" | "onOutput"> {
  readonly deployment: Deployment;
  /** Endpoints and credentials of this machine, for those that AWS gives. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Serves an artefact as a deployment says, and as nothing else says. */
export function startDeployed({ deployment, environment, ...rest }: DeployedServerOptions): Promise<AwsEmulator> {
  const { stage, environment: told, ...settings } = deployment;
  return startAwsEmulator({
    port: 0,
    ...rest,
    ...settings,
    ...(stage !== undefined && { stage }),
    environment: { ...environment, ...told },
  });
}
