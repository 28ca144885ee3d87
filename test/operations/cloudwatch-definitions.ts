import { synthesize } from "../stacks/synthesis.ts";
import type { CloudWatchAlarm, LineMetric, MetricOfAlarm } from "./cloudwatch.ts";
import { attributesIn, blockIn, moduleText, objectsIn, stringOf } from "./module-text.ts";

export interface CloudWatchDefinitions {
  readonly filters: ReadonlyMap<string, LineMetric>;
  /** By name. Alarms on metrics of AWS's own are left out. */
  readonly alarms: ReadonlyMap<string, CloudWatchAlarm>;
}

/** Reads the alarms of templates/aws. */
export function definitionsOfModule(): CloudWatchDefinitions {
  const filters = new Map<string, LineMetric>();
  for (const [name, attributes] of objectsIn(moduleText("aws/observability.tf"))) {
    const pattern = attributes.get("pattern");
    // That of refused callers is the ingress's.
    if (pattern?.startsWith('"'))
      filters.set(name, { pattern: stringOf(pattern), value: stringOf(attributes.get("value")) });
  }
  const text = moduleText("aws/alarms.tf");
  const rulesOf = (resource: string) => {
    const attributes = attributesIn(blockIn(text, `resource "aws_cloudwatch_metric_alarm" "${resource}"`), 2);
    return {
      evaluationPeriods: Number(attributes.get("evaluation_periods")),
      comparison: stringOf(attributes.get("comparison_operator")),
      missing: stringOf(attributes.get("treat_missing_data")),
      threshold: Number(attributes.get("threshold")),
    };
  };
  const alarms = new Map<string, CloudWatchAlarm>();
  for (const [name, attributes] of objectsIn(text)) {
    const metric = stringOfOr(attributes.get("metric"));
    if (metric === undefined || !filters.has(metric)) continue;
    const one = {
      metric,
      statistic: stringOf(attributes.get("statistic")),
      periodMs: 1_000 * Number(attributes.get("period")),
    };
    const lowSampleCount = stringOfOr(attributes.get("low_sample_count"));
    alarms.set(name, {
      ...rulesOf("server"),
      metrics: { value: one },
      threshold: Number(attributes.get("threshold")),
      lowSampleCount,
    });
  }
  const share = blockIn(text, 'resource "aws_cloudwatch_metric_alarm" "failed_calls"');
  const named = /for_each = \{ (.*) \}/.exec(share)?.[1] ?? "";
  const periodMs = 1_000 * Number(/period += (\d+)/.exec(share)?.[1]);
  const statistic = /stat += "(\w+)"/.exec(share)?.[1] ?? "";
  const metrics = [...named.matchAll(/(\w+) = "(\w+)"/g)].map(([, id = "", metric = ""]): [string, MetricOfAlarm] => [
    id,
    { metric, statistic, periodMs },
  ]);
  const expression = stringOf(attributesIn(share, 4).get("expression"));
  alarms.set("failed-calls", { ...rulesOf("failed_calls"), metrics: Object.fromEntries(metrics), expression });
  return { filters, alarms };
}

const stringOfOr = (written: string | undefined): string | undefined =>
  written?.startsWith('"') ? stringOf(written) : undefined;

interface MadeAlarm {
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
  readonly EvaluateLowSampleCountPercentile?: string;
  readonly MetricName?: string;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly Metrics?: ReadonlyArray<{
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: {
      readonly Metric: { readonly MetricName: string };
      readonly Period: number;
      readonly Stat: string;
    };
  }>;
}

/** Reads the alarms of the CDK stack. */
export function definitionsOfStack(): CloudWatchDefinitions {
  const { resources } = synthesize({ ingress: "function-url" });
  const filters = new Map<string, LineMetric>();
  for (const [, { Properties }] of resources("AWS::Logs::MetricFilter")) {
    const { FilterPattern, MetricTransformations } = Properties as {
      FilterPattern: string;
      MetricTransformations: Array<{ MetricName: string; MetricValue: string; Dimensions?: unknown }>;
    };
    for (const { MetricName, MetricValue, Dimensions } of MetricTransformations) {
      // A metric with dimensions counts one version, and is watched only while that is released.
      if (!Dimensions) filters.set(MetricName, { pattern: FilterPattern, value: MetricValue });
    }
  }
  const alarms = new Map<string, CloudWatchAlarm>();
  for (const [id, { Properties }] of resources("AWS::CloudWatch::Alarm")) {
    const made = Properties as unknown as MadeAlarm;
    const metrics = metricsOf(made);
    if (Object.values(metrics).some(({ metric }) => !filters.has(metric))) continue;
    alarms.set(/^Server(\w+)Alarm/.exec(id)?.[1] ?? id, {
      metrics,
      expression: made.Metrics?.find(({ Expression }) => Expression)?.Expression,
      threshold: made.Threshold,
      evaluationPeriods: made.EvaluationPeriods,
      comparison: made.ComparisonOperator,
      missing: made.TreatMissingData,
      lowSampleCount: made.EvaluateLowSampleCountPercentile,
    });
  }
  return { filters, alarms };
}

function metricsOf({ MetricName, Statistic, ExtendedStatistic, Period = 0, Metrics = [] }: MadeAlarm) {
  if (MetricName !== undefined) {
    const statistic = Statistic ?? ExtendedStatistic ?? "";
    return { value: { metric: MetricName, statistic, periodMs: 1_000 * Period } };
  }
  const parts = Metrics.flatMap(({ Id, MetricStat }): Array<[string, MetricOfAlarm]> => {
    if (!MetricStat) return [];
    const { Metric, Period: seconds, Stat } = MetricStat;
    return [[Id, { metric: Metric.MetricName, statistic: Stat, periodMs: 1_000 * seconds }]];
  });
  return Object.fromEntries(parts);
}
