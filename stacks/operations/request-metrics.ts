import { Names } from "aws-cdk-lib";
import type { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { type IFilterPattern, type ILogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Ingress } from "../ingress/ingress.ts";
import { ANSWERED, FAILED, FAILED_CALL, FIELD, ofTool, TOOL_CALL, TOOL_ERROR } from "./request-log.ts";

/** Metrics of log lines as they arrive. Idle: nothing; $0.30 a month each while there are requests. */
export interface RequestMetrics {
  /** Milliseconds until the last byte of an answer. */
  readonly duration: Metric;
  /** Requests that failed in the server. */
  readonly failed: Metric;
  /** Calls whose tool failed. */
  readonly toolErrors: Metric;
  /** Calls of all tools. */
  readonly calls: CallMetrics;
  /** Calls of the newest version alone; undefined where there are no versions. */
  readonly callsOfVersion: CallMetrics | undefined;
  /** Calls of the tools that are watched by name. */
  readonly callsOfTools: ReadonlyMap<string, CallMetrics>;
  /** Requests that were rejected as unauthenticated. */
  readonly rejected: Metric;
}

/** Calls of tools. */
export interface CallMetrics {
  /** Calls that reached a tool. */
  readonly reached: Metric;
  /** Calls among them that failed. */
  readonly failed: Metric;
}

export interface RequestMetricsOptions {
  /** The newest version; undefined where there are no versions. */
  readonly version: string | undefined;
  /** Names of tools that are watched each by itself. */
  readonly tools: readonly string[];
}

const VERSION = "Version";

/** Lets CloudWatch count facts of the request log that no metric of AWS has. */
export function createRequestMetrics(
  scope: Construct,
  log: ILogGroup,
  { refusals }: Ingress,
  { version, tools }: RequestMetricsOptions,
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
  const callsOfTool = (tool: string): CallMetrics => ({
    reached: measure(`ToolCalls/${tool}`, log, ofTool(TOOL_CALL, tool)),
    failed: measure(`FailedCalls/${tool}`, log, ofTool(FAILED_CALL, tool)),
  });
  return {
    calls: { reached: measure("ToolCalls", log, TOOL_CALL), failed: measure("FailedCalls", log, FAILED_CALL) },
    callsOfVersion:
      version === undefined
        ? undefined
        : {
            reached: perVersion("VersionToolCalls", TOOL_CALL, version),
            failed: perVersion("VersionFailedCalls", FAILED_CALL, version),
          },
    callsOfTools: new Map(tools.map((tool) => [tool, callsOfTool(tool)])),
    duration: measure("RequestDuration", log, ANSWERED, `$.${FIELD.durationMs}`),
    failed: measure("FailedRequests", log, FAILED),
    toolErrors: measure("ToolErrors", log, TOOL_ERROR),
    rejected: measure("RejectedRequests", refusals.logGroup, refusals.pattern),
  };
}
