import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import {
  type ILambdaDeploymentConfig,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from "aws-cdk-lib/aws-codedeploy";
import type { IFunction, Version } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { refuse } from "../checks/refuse.ts";
import { findSmokeHook } from "./artefact.ts";
import type { Compute } from "./compute.ts";
import { createSmokeHook } from "./smoke-hook.ts";

/** How a new version takes over. Idle: nothing. */
export interface DeploymentProps {
  /**
   * How traffic moves to the new version. Default `CANARY_10PERCENT_5MINUTES`: a tenth for five minutes, then all of it.
   * `ALL_AT_ONCE` where nobody is harmed by a bad version.
   */
  readonly traffic?: ILambdaDeploymentConfig;
  /**
   * Checks the new version before it gets any traffic. `"smoke"` tries it as `mcp-anycloud smoke` does, with the
   * function that `mcp-anycloud build` put beside the artefact, and needs `streaming`; `"none"` leaves that out. Or makes a
   * function of your own for the version that it is given: it must report `Succeeded` or `Failed` with
   * `PutLifecycleEventHookExecutionStatus`, which it is allowed to; let it invoke the version. Default `"smoke"` where
   * dist/aws-smoke lies beside dist/aws, answers are streamed and callers need not sign, else `"none"`. Idle: nothing.
   */
  readonly preTrafficHook?: "smoke" | "none" | ((candidate: Version) => IFunction);
}

/** The facts that a smoke test of a new version needs. */
export interface SmokeSource {
  /** Folder of the server. */
  readonly artefact: string;
  readonly streaming: boolean;
  /** Whether the server needs AWS's word on who signed a request, which AWS gives only for requests to the ingress. */
  readonly signs: boolean;
  /** The URL that the server sees as its own. */
  readonly url: string;
}

/** Shifts traffic step by step, and back by itself as soon as one of the alarms goes off. Returns the hook, if there is one. */
export function createCanary(
  scope: Construct,
  { fn, live: alias }: Compute,
  alarms: IAlarm[],
  props: DeploymentProps,
  smoke: SmokeSource,
): IFunction | undefined {
  const { traffic = LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES, preTrafficHook } = props;
  const preHook = hookOf(scope, fn.currentVersion, preTrafficHook, smoke);
  const group = new LambdaDeploymentGroup(scope, "Canary", {
    alias,
    deploymentConfig: traffic,
    alarms,
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
    ...(preHook && { preHook }),
  });
  // CodeDeploy moves the alias, and must be allowed to call the hook by then, also when a stack first gets a hook.
  if (preHook) alias.node.addDependency(group.role);
  return preHook;
}

function hookOf(
  scope: Construct,
  candidate: Version,
  wanted: DeploymentProps["preTrafficHook"],
  { artefact, streaming, signs, url }: SmokeSource,
): IFunction | undefined {
  if (typeof wanted === "function") return wanted(candidate);
  if (wanted === "none") return undefined;
  if (!streaming) {
    // The smoke test reads streamed answers, and a handler that buffers sends another form.
    if (wanted === undefined) return undefined;
    return refuse(
      scope,
      "deployment.preTrafficHook",
      '"smoke" reads answers that are streamed: leave one of the two out.',
    );
  }
  if (signs) {
    if (wanted === undefined) return undefined;
    const sentence =
      '"smoke" calls the function itself, where no ingress attests the caller: leave it out with auth "iam".';
    return refuse(scope, "deployment.preTrafficHook", sentence);
  }
  const folder = findSmokeHook(scope, artefact, wanted === "smoke");
  return folder === undefined ? undefined : (createSmokeHook(scope, { artefact: folder, candidate, url }) as IFunction);
}
