import { Names } from "aws-cdk-lib";
import type { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { type IFilterPattern, type ILogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Ingress } from "../ingress/ingress.ts";
import { ANSWERED, FAILED, FAILED_CALL, FIELD, TOOL_CALL, TOOL_ERROR } from "./request-log.ts";

/** Metrics of log lines as they arrive. Idle: nothing; $0.30 a month each while there are requests. */
export interface RequestMetrics {
  /** Milliseconds until the last byte of an answer. */
  readonly duration: Metric;
  /** Requests that failed in the server. */
  readonly failed: Metric;
  /** Calls whose tool failed. */
  readonly toolErrors: Metric;
  /** Calls that reached a tool. */
  readonly toolCalls: Metric;
  /** Calls among them that failed. */
  readonly failedCalls: Metric;
  /** The same two of the newest version alone; undefined where there are no versions. */
  readonly ofVersion: { readonly toolCalls: Metric; readonly failedCalls: Metric } | undefined;
  /** Requests that were rejected as unauthenticated. */
  readonly rejected: Metric;
}

const VERSION = "Version";

/** Lets CloudWatch count facts of the request log that no metric of AWS has. */
export function createRequestMetrics(
  scope: Construct,
  log: ILogGroup,
  { refusals }: Ingress,
  version: string | undefined,
): RequestMetrics {
  // The namespace distinguishes servers in one account: a metric of a filter has dimensions only if it has no default.
  const metricNamespace = `mcp-anycloud/${Names.uniqueResourceName(scope, { maxLength: 100 })}`;
  const measure = (metricName: string, logGroup: ILogGroup, filterPattern: IFilterPattern, metricValue = "1"): Metric =>
    new MetricFilter(scope, metricName, { logGroup, filterPattern, metricNamespace, metricName, metricValue }).metric();
  // Each version is a metric of its own, which exists while it has requests.
  const perVersion = (metricName: string, filterPattern: IFilterPattern, newest: string): Metric =>
    new MetricFilter(scope, metricName, {
      ...{ logGroup: log, filterPattern, metricNamespace, metricName, metricValue: "1" },
      dimensions: { [VERSION]: `$.${FIELD.deployedVersion}` },
    }).metric({ dimensionsMap: { [VERSION]: newest } });
  const ofVersion = version !== undefined && {
    toolCalls: perVersion("VersionToolCalls", TOOL_CALL, version),
    failedCalls: perVersion("VersionFailedCalls", FAILED_CALL, version),
  };
  return {
    ofVersion: ofVersion || undefined,
    duration: measure("RequestDuration", log, ANSWERED, `$.${FIELD.durationMs}`),
    failed: measure("FailedRequests", log, FAILED),
    toolErrors: measure("ToolErrors", log, TOOL_ERROR),
    toolCalls: measure("ToolCalls", log, TOOL_CALL),
    failedCalls: measure("FailedCalls", log, FAILED_CALL),
    rejected: measure("RejectedRequests", refusals.logGroup, refusals.pattern),
  };
}
