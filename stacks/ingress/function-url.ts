import { Fn } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { FunctionUrlAuthType, InvokeMode } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { Auth } from "../access/auth.ts";
import type { Compute } from "../compute/compute.ts";
import { UNAUTHENTICATED } from "../operations/request-log.ts";
import type { Ingress } from "./ingress.ts";

export interface FunctionUrlProps extends Compute {
  readonly auth: Auth;
  readonly path: string;
  readonly streaming: boolean;
  readonly logGroup: ILogGroup;
}

/** A Function URL of the alias. */
export function createFunctionUrl({ fn, live, auth, path, streaming, logGroup }: FunctionUrlProps): Ingress {
  const { AWS_IAM, NONE } = FunctionUrlAuthType;
  const { RESPONSE_STREAM, BUFFERED } = InvokeMode;
  const url = live.addFunctionUrl({
    authType: auth === "iam" ? AWS_IAM : NONE,
    invokeMode: streaming ? RESPONSE_STREAM : BUFFERED,
  });
  // "CloudWatch metrics for function URLs"; `Resource` is the function's name with the alias.
  const metric = (metricName: string): Metric =>
    new Metric({
      namespace: "AWS/Lambda",
      metricName,
      statistic: "Sum",
      dimensionsMap: { FunctionName: fn.functionName, Resource: `${fn.functionName}:${live.aliasName}` },
    });
  return {
    // The attribute ends with a slash.
    mcpUrl: `https://${Fn.select(2, Fn.split("/", url.url))}${path}`,
    grantConnect: (grantee) => void url.grantInvokeUrl(grantee),
    requests: metric("UrlRequestCount"),
    serverErrors: metric("Url5xxCount"),
    refusals: { logGroup, pattern: UNAUTHENTICATED },
  };
}
