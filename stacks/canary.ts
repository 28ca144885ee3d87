import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import {
  type ILambdaDeploymentConfig,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from "aws-cdk-lib/aws-codedeploy";
import type { Alias, IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/** How a new version takes over. Idle: nothing. */
export interface DeploymentProps {
  /**
   * How traffic moves to the new version. Default `CANARY_10PERCENT_5MINUTES`: a tenth for five minutes, then all of it.
   * `ALL_AT_ONCE` where nobody is harmed by a bad version.
   */
  readonly traffic?: ILambdaDeploymentConfig;
  /**
   * Called by CodeDeploy before the new version gets any traffic; it must report `Succeeded` or `Failed` with
   * `PutLifecycleEventHookExecutionStatus`, for which CodeDeploy grants it the right. The place for
   * `mcp-anycloud smoke --lambda`. Default: none. Idle: nothing.
   */
  readonly preTrafficHook?: IFunction;
}

/** Shifts traffic step by step, and back by itself as soon as one of the alarms goes off. */
export function createCanary(scope: Construct, alias: Alias, alarms: IAlarm[], props: DeploymentProps): void {
  const { traffic = LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES, preTrafficHook } = props;
  new LambdaDeploymentGroup(scope, "Canary", {
    alias,
    deploymentConfig: traffic,
    alarms,
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
    ...(preTrafficHook && { preHook: preTrafficHook }),
  });
}
