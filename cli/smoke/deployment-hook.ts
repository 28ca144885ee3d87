import { setTimeout as wait } from "node:timers/promises";
import { runSmoke, type SmokeOptions, type SmokeReport } from "./run-smoke.ts";

/** The event of a CodeDeploy hook (CodeDeploy User Guide, "AppSpec 'hooks' section for an AWS Lambda deployment"). */
interface HookEvent {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

interface HookReport {
  readonly deploymentId: string;
  readonly lifecycleEventHookExecutionId: string;
  readonly status: "Succeeded" | "Failed";
}

/** The part of `@aws-sdk/client-codedeploy` that the hook uses. */
interface CodeDeploy {
  readonly CodeDeployClient: new () => { send(command: object): Promise<unknown> };
  readonly PutLifecycleEventHookExecutionStatusCommand: new (report: HookReport) => object;
}

/** Lambda's Node.js runtime brings it ("Building Lambda functions with Node.js"), so it is no dependency of ours. */
const CODE_DEPLOY: string = "@aws-sdk/client-codedeploy";

/** Below the time limit of the function, so that there is time left to report. */
const TIMEOUT_SECONDS = 60;

/**
 * Milliseconds between attempts while IAM refuses. The hook's policy names each new version, and a change of a policy takes
 * a while to be known everywhere (IAM User Guide, "Changes that I make are not always immediately visible").
 */
const WAITS_MS = [2_000, 5_000, 10_000, 20_000];

/**
 * A Lambda function that CodeDeploy calls before a new version gets any traffic: it tries the version that `CANDIDATE`
 * names, as if it were called at `MCP_URL`, and reports whether the deployment may go on. It holds no token, so that a
 * version which asks for one has to start and answer, no more. Rejects only when CodeDeploy does not take the report;
 * Lambda then tries again.
 */
export async function handler(event: HookEvent): Promise<void> {
  const { CANDIDATE: lambda = "", MCP_URL: url } = process.env;
  const { failure, needsToken } = await smokeOnceAllowed({
    lambda,
    timeoutSeconds: TIMEOUT_SECONDS,
    ...(url !== undefined && { url }),
  });
  if (failure !== undefined) console.error(failure);
  const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand }: CodeDeploy = await import(CODE_DEPLOY);
  const report: HookReport = {
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status: failure === undefined || needsToken ? "Succeeded" : "Failed",
  };
  await new CodeDeployClient().send(new PutLifecycleEventHookExecutionStatusCommand(report));
}

async function smokeOnceAllowed(options: SmokeOptions): Promise<SmokeReport> {
  for (const waitMs of WAITS_MS) {
    const report = await runSmoke(options);
    if (!report.accessDenied) return report;
    await wait(waitMs);
  }
  return runSmoke(options);
}
