import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import type { RequestRecord } from "../../src/adapter.ts";
import { McpServerStack } from "../../stacks/mcp-server-stack.ts";
import { type LineMetric, minutesInAlarm } from "../operations/cloudwatch.ts";
import { type CloudWatchDefinitions, definitionsIn } from "../operations/stack-definitions.ts";

/** The rules by which CodeDeploy releases a new version, read from the stack. */
export interface Deployment {
  /** Percent of the traffic that the new version gets, and for how many minutes. */
  readonly percent: number;
  readonly minutes: number;
  /** Whether a function tries the version before it gets traffic. */
  readonly isTried: boolean;
  /** Alarms that stop the deployment, and take the version back. */
  readonly watched: CloudWatchDefinitions;
}

/** An alias, as `aws lambda get-alias` shows it. */
export interface Alias {
  FunctionVersion: string;
  /** Shares of further versions, from 0 to 1. */
  weights: Record<string, number>;
}

interface Group {
  readonly DeploymentConfigName: string;
  readonly AutoRollbackConfiguration: { readonly Enabled: boolean; readonly Events: readonly string[] };
  readonly AlarmConfiguration: { readonly Alarms: readonly { readonly Name: { readonly Ref: string } }[] };
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: unknown; readonly UpdatePolicy?: unknown }>
  >;
}

/** Lambda's own metrics, of what these servers have of it: answers of 5xx. No invocation ends without an answer. */
const LAMBDA: ReadonlyMap<string, LineMetric> = new Map([
  ["Url5xxCount", { pattern: "{ ($.status >= 500) }", value: "1" }],
  ["Errors", { pattern: '{ ($.outcome = "instance_lost") }', value: "1" }],
]);
const EVENTS = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"];

/** Reads what the CDK stack of a project says of the version that `dist/aws` becomes. Throws for what is not played here. */
export function readDeployment(folder: string, version: string): Deployment {
  // Beside the artefact, `build` puts the function that tries it.
  mkdirSync(join(folder, "dist", "aws-smoke"), { recursive: true });
  writeFileSync(join(folder, "dist", "aws-smoke", "index.mjs"), "// built\n");
  const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"));
  const app = new App({ context, outdir: join(folder, "cdk.out", version), builtinCloudFormationValidation: false });
  new McpServerStack(app, "Notes", {
    server: { auth: "public", ingress: "function-url", artefact: join(folder, "dist", "aws") },
  });
  const { Resources } = app.synth().getStackByName("Notes").template as Template;
  const only = (type: string) => {
    const [found, ...more] = Object.values(Resources).filter(({ Type }) => Type === type);
    if (!found || more.length > 0) throw new Error(`The stack has not one ${type}.`);
    return found;
  };
  const group = only("AWS::CodeDeploy::DeploymentGroup").Properties as Group;
  const [, percent, minutes] =
    /^CodeDeployDefault\.LambdaCanary(\d+)Percent(\d+)Minutes$/.exec(group.DeploymentConfigName) ?? [];
  if (!percent || !minutes) throw new Error(`CodeDeploy is not played with ${group.DeploymentConfigName}.`);
  const { Enabled, Events } = group.AutoRollbackConfiguration;
  if (!Enabled || EVENTS.some((event) => !Events.includes(event))) throw new Error("The group does not roll back.");
  const { filters, alarms } = definitionsIn(Resources, { version, own: LAMBDA });
  const watched = group.AlarmConfiguration.Alarms.map(({ Name: { Ref } }) => {
    const alarm = alarms.get(Ref);
    if (!alarm) throw new Error(`The alarm ${Ref} watches what is not played here.`);
    return [Ref, alarm] as const;
  });
  return {
    percent: Number(percent),
    minutes: Number(minutes),
    isTried: JSON.stringify(only("AWS::Lambda::Alias").UpdatePolicy).includes("BeforeAllowTrafficHook"),
    watched: { filters, alarms: new Map(watched) },
  };
}

export interface Shifting {
  readonly alias: Alias;
  /** Tries the version, as the hook does. Resolves with what is wrong. */
  readonly smoke: () => Promise<string | undefined>;
  /** Waits for a minute of the emulated clock, and resolves with the milliseconds since it began. */
  readonly minute: () => Promise<number>;
  /** Lines of the request log. */
  readonly lines: readonly RequestRecord[];
}

/**
 * Shifts an alias to a new version as CodeDeploy does for Lambda: the hook, a share for some minutes, then all at once; back to the
 * version before as soon as an alarm goes off. Throws where the deployment failed, as CloudFormation then does.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-lambda.html
 */
export async function shift(version: string, deployment: Deployment, shifting: Shifting): Promise<void> {
  const { percent, minutes, isTried, watched } = deployment;
  const { alias, smoke, minute, lines } = shifting;
  const problem = isTried ? await smoke() : undefined;
  if (problem !== undefined) throw new Error(`The deployment failed in BeforeAllowTraffic: ${problem}`);
  alias.weights = { [version]: percent / 100 };
  for (let passed = 0; passed < minutes; passed++) {
    const now = await minute();
    const [wrong] = [...watched.alarms].filter(
      // In its state of this very minute.
      ([, alarm]) =>
        minutesInAlarm(alarm, watched.filters, lines, now) >
        minutesInAlarm(alarm, watched.filters, lines, now - 60_000),
    );
    if (!wrong) continue;
    alias.weights = {};
    throw new Error(`The deployment was stopped by the alarm ${wrong[0]}.`);
  }
  Object.assign(alias, { FunctionVersion: version, weights: {} });
}
