import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  type AlarmProps as CloudWatchAlarmProps,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  type Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Alias } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Ingress } from "../ingress/ingress.ts";
import type { CallMetrics, RequestMetrics } from "./request-metrics.ts";

/** Thresholds of the alarms. Each alarm costs $0.10 a month per metric, idle or not. */
export interface AlarmProps {
  /** Invocations that failed, in one minute: the server crashed or ran out of time. Default 1. */
  readonly errors?: number;
  /** Invocations that Lambda refused for want of concurrency, in one minute. Default 1. */
  readonly throttles?: number;
  /**
   * Milliseconds that 99 of 100 answers took at most, over five minutes in which there were 1,000 answers. Waiting for a
   * user counts. Default 30000.
   */
  readonly p99Milliseconds?: number;
  /** Answers of 5xx, in one minute. Default 5. */
  readonly serverErrors?: number;
  /** Calls whose tool failed, in five minutes. Default 50. */
  readonly toolErrors?: number;
  /** Percent of calls that failed, over a quarter of an hour in which there were 10 calls. Default 20. */
  readonly failedCallPercent?: number;
  /**
   * Names of tools of which each has an alarm on its own share of failed calls, besides that on all calls: a tool that is seldom
   * called may fail always before a fifth of all calls does. At most 40. Default: none. Each costs $0.20 a month, and
   * $0.60 in a month in which it is called.
   */
  readonly tools?: readonly string[];
  /** Requests that the table refused for want of capacity, in one minute. Default 1. */
  readonly tableThrottles?: number;
  /** Requests that were rejected as unauthenticated, in five minutes. Default 100. */
  readonly unauthenticated?: number;
  /** Milliseconds that a job of a task waits for its invocation, the longest of five minutes. Default 60000. */
  readonly jobAgeMilliseconds?: number;
  /** Jobs of tasks that failed three times and wait in their queue for somebody to look. Default 1. */
  readonly lostJobs?: number;
}

export interface AlarmSources {
  /** Undefined for a Web Function, which has no alias. */
  readonly live: Alias | undefined;
  /** Undefined without tasks. */
  readonly lostJobs: IQueue | undefined;
  /** Undefined without a store. */
  readonly table: ITableV2 | undefined;
  readonly ingress: Ingress;
  readonly metrics: RequestMetrics;
  /** Topics that are notified when an alarm goes off and when it is over. */
  readonly targets: readonly ITopic[];
}

export interface Alarms {
  readonly all: Alarm[];
  /**
   * The alarms that roll a new version back while traffic shifts to it. Slow answers are not among them: a user who thinks
   * for half a minute is no fault of a version.
   */
  readonly ofVersion: Alarm[];
}

/** The alarms of a server. No data means no requests, and is no alarm. */
export function createAlarms(scope: Construct, sources: AlarmSources, props: AlarmProps): Alarms {
  const { live, lostJobs, table, ingress, metrics, targets } = sources;
  const { errors = 1, throttles = 1, p99Milliseconds = 30_000, serverErrors = 5 } = props;
  const { toolErrors = 50, failedCallPercent = 20, tableThrottles = 1, unauthenticated = 100 } = props;
  const { jobAgeMilliseconds = 60_000, lostJobs: mostLostJobs = 1 } = props;
  const all: Alarm[] = [];
  const alarm = (
    id: string,
    metric: IMetric,
    threshold: number,
    alarmDescription: string,
    options: Partial<CloudWatchAlarmProps> = {},
  ): Alarm => {
    const created = new Alarm(scope, `${id}Alarm`, {
      ...options,
      metric,
      threshold,
      // The notification of an alarm shows this text and no other.
      alarmDescription: `${alarmDescription}. What to do: docs/alarms.md of mcp-anycloud.`,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    for (const topic of targets) {
      created.addAlarmAction(new SnsAction(topic));
      created.addOkAction(new SnsAction(topic));
    }
    all.push(created);
    return created;
  };
  const perMinute = { period: Duration.minutes(1), statistic: "Sum" };
  const perFiveMinutes = { period: Duration.minutes(5), statistic: "Sum" };

  const p99 = metrics.duration.with({ period: Duration.minutes(5), statistic: "p99" });
  const answers5xx = ingress.serverErrors ?? metrics.failed;
  const ofVersion = [
    ...(live ? [alarm("Errors", live.metricErrors(perMinute), errors, "The MCP function fails or times out")] : []),
    alarm("ServerErrors", inPeriod(answers5xx), serverErrors, "MCP clients get answers of 5xx"),
    ...(metrics.callsOfVersion
      ? [
          alarm(
            "Version",
            isWorse(metrics.calls, metrics.callsOfVersion),
            1,
            "Tools fail in the newest version, and did not before",
          ),
        ]
      : []),
  ];
  alarm("Slow", p99, p99Milliseconds, "MCP answers take long", {
    // The slowest of fewer than 100 answers is their p99. CloudWatch takes fewer than 1,000 for too few of them.
    evaluateLowSampleCountPercentile: "ignore",
  });
  if (live)
    alarm("Throttles", live.metricThrottles(perMinute), throttles, "Lambda refuses invocations of the MCP function");
  if (table)
    alarm("TableThrottles", throttlesOf(table), tableThrottles, "DynamoDB refuses requests to the session table");
  alarm("ToolErrors", metrics.toolErrors.with(perFiveMinutes), toolErrors, "Tools of the MCP server fail");
  alarm("FailedCalls", failedShareOf(metrics.calls), failedCallPercent, "A large part of the calls of tools fail");
  for (const [tool, calls] of metrics.callsOfTools)
    alarm(`FailedCalls-${tool}`, failedShareOf(calls), failedCallPercent, `A large part of the calls of ${tool} fail`);
  const rejected = metrics.rejected.with(perFiveMinutes);
  alarm("Unauthenticated", rejected, unauthenticated, "Many requests are rejected as unauthenticated");
  if (live && lostJobs) {
    const longest = { period: Duration.minutes(5), statistic: "Maximum" };
    const age = live.lambda.metric("AsyncEventAge", longest);
    alarm("JobAge", age, jobAgeMilliseconds, "Jobs of tasks wait long for their invocation");
    const waiting = lostJobs.metricApproximateNumberOfMessagesVisible(longest);
    alarm("LostJobs", waiting, mostLostJobs, "Jobs of tasks failed three times");
  }
  return { all, ofVersion };
}

const inPeriod = (metric: Metric): Metric => metric.with({ period: Duration.minutes(1), statistic: "Sum" });

/** Percent of the calls that failed; 0 where there were too few for a share. */
function failedShareOf({ reached, failed }: CallMetrics): IMetric {
  return new MathExpression({
    expression: `IF(calls >= ${FEWEST_CALLS}, 100 * FILL(failed, 0) / calls, 0)`,
    label: "Percent of calls that failed",
    period: Duration.minutes(15),
    usingMetrics: { calls: reached.with({ statistic: "Sum" }), failed: failed.with({ statistic: "Sum" }) },
  });
}

const FEWEST_CALLS = 10;

/**
 * 1 where the newest version fails five calls, a twentieth of its own, and twice the share that the others fail: tools fail in every
 * version, such as for arguments that make no sense. Without a failed call there is no data.
 */
function isWorse(all: CallMetrics, { reached, failed }: CallMetrics): IMetric {
  const sum = { statistic: "Sum" };
  const few = `failed >= ${FAILED_CALLS} AND failed >= ${FAILED_SHARE} * calls`;
  return new MathExpression({
    expression: `IF(${few} AND failed * (allCalls - calls) >= ${TIMES_BEFORE} * (allFailed - failed) * calls, 1, 0)`,
    label: "Whether the newest version is worse",
    period: Duration.minutes(5),
    usingMetrics: {
      calls: reached.with(sum),
      failed: failed.with(sum),
      allCalls: all.reached.with(sum),
      allFailed: all.failed.with(sum),
    },
  });
}

/** As `mcp-anycloud deploy` weighs a candidate on other clouds. */
const FAILED_CALLS = 5;
const FAILED_SHARE = 0.05;
const TIMES_BEFORE = 2;

/** Reads and writes together; the table counts them apart. */
function throttlesOf(table: ITableV2): IMetric {
  const events = (metricName: string): Metric => table.metric(metricName, { statistic: "Sum" });
  return new MathExpression({
    expression: "reads + writes",
    label: "Throttled requests",
    period: Duration.minutes(1),
    usingMetrics: { reads: events("ReadThrottleEvents"), writes: events("WriteThrottleEvents") },
  });
}
