import { RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat, type RestApi } from "aws-cdk-lib/aws-apigateway";
import { FilterPattern, type IFilterPattern, LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/**
 * One line per request, also for those that never reach the function. It has no body, header or query, and no
 * claim that an authorizer read from a token.
 */
export const ACCESS_LOG_FORMAT: AccessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    requestTimeEpoch: "$context.requestTimeEpoch",
    ip: "$context.identity.sourceIp",
    userAgent: "$context.identity.userAgent",
    httpMethod: "$context.httpMethod",
    path: "$context.path",
    status: "$context.status",
    responseLength: "$context.responseLength",
    responseLatency: "$context.responseLatency",
    integrationStatus: "$context.integration.status",
    integrationLatency: "$context.integration.latency",
    errorType: "$context.error.responseType",
    wafResponse: "$context.wafResponseCode",
  }),
);

/** API Gateway answers 401 without a valid token, and 403 without a signature or with the wrong scope. */
export const REJECTED: IFilterPattern = FilterPattern.any(
  FilterPattern.stringValue("$.status", "=", "401"),
  FilterPattern.stringValue("$.status", "=", "403"),
);

/**
 * The log of failed executions. API Gateway would create it under this name, and keep its lines for ever.
 * "Set up CloudWatch logging for REST APIs": `API-Gateway-Execution-Logs_{rest-api-id}/{stage_name}`.
 */
export function createExecutionLog(scope: Construct, api: RestApi, stage: string, retention: number): void {
  const log = new LogGroup(scope, "ExecutionLog", {
    logGroupName: `API-Gateway-Execution-Logs_${api.restApiId}/${stage}`,
    retention,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  api.deploymentStage.node.addDependency(log);
}
