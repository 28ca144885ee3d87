import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import {
  type ILambdaDeploymentConfig,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from "aws-cdk-lib/aws-codedeploy";
import type { IFunction, Version } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { Compute } from "./compute.ts";

/** How a new version takes over. Idle: nothing. */
export interface DeploymentProps {
  /**
   * How traffic moves to the new version. Default `CANARY_10PERCENT_5MINUTES`: a tenth for five minutes, then all of it.
   * `ALL_AT_ONCE` where nobody is harmed by a bad version.
   */
  readonly traffic?: ILambdaDeploymentConfig;
  /**
   * Makes the function that CodeDeploy calls before the new version, which it is given, gets any traffic. It must report
   * `Succeeded` or `Failed` with `PutLifecycleEventHookExecutionStatus`, and is allowed to. The place for what
   * `mcp-anycloud smoke --lambda` does; let it invoke the version. Default: none. Idle: nothing.
   */
  readonly preTrafficHook?: (candidate: Version) => IFunction;
}

/** Shifts traffic step by step, and back by itself as soon as one of the alarms goes off. Returns the hook, if there is one. */
export function createCanary(
  scope: Construct,
  { fn, live: alias }: Compute,
  alarms: IAlarm[],
  props: DeploymentProps,
): IFunction | undefined {
  const { traffic = LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES, preTrafficHook } = props;
  const preHook = preTrafficHook?.(fn.currentVersion);
  new LambdaDeploymentGroup(scope, "Canary", {
    alias,
    deploymentConfig: traffic,
    alarms,
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
    ...(preHook && { preHook }),
  });
  return preHook;
}
