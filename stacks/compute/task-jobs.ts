import { Duration } from "aws-cdk-lib";
import { type IRole, Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

/** A queue for the jobs of tasks that failed three times. A lost job is found by the next poll of its task: it tells people. */
export const createLostJobs = (scope: Construct): Queue =>
  new Queue(scope, "LostJobs", {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });

/**
 * Allows the function to invoke itself, which is how a task goes on after its request. Not in the role's own policy, which
 * the function waits for.
 */
export function allowJobs(scope: Construct, role: IRole, fn: IFunction): void {
  const policy = new Policy(scope, "TaskJobs", {
    // In the version that sends: whichever it is.
    statements: [
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [fn.functionArn, `${fn.functionArn}:*`] }),
    ],
  });
  role.attachInlinePolicy(policy);
}
