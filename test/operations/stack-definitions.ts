import type { CloudWatchAlarm, LineMetric, MetricOfAlarm } from "./cloudwatch.ts";

export interface CloudWatchDefinitions {
  readonly filters: ReadonlyMap<string, LineMetric>;
  /** By name. Alarms on metrics of AWS's own are left out, but for those that have a filter. */
  readonly alarms: ReadonlyMap<string, CloudWatchAlarm>;
}

/** A resource of a template. */
interface Made {
  readonly Type: string;
  readonly Properties?: unknown;
}

export interface StackOptions {
  /** The newest version, which metrics with dimensions are those of. Default: such metrics are left out. */
  readonly version?: string;
  /** Stand-ins for metrics of AWS's own. */
  readonly own?: ReadonlyMap<string, LineMetric>;
}

interface MadeFilter {
  readonly FilterPattern: string;
  readonly MetricTransformations: ReadonlyArray<{
    readonly MetricName: string;
    readonly MetricValue: string;
    readonly Dimensions?: readonly { readonly Value: string }[];
  }>;
}

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

/** Reads metric filters and alarms from the resources of a template, the alarms by their logical ids. */
export function definitionsIn(
  resources: Readonly<Record<string, Made>>,
  { version, own = new Map() }: StackOptions = {},
): CloudWatchDefinitions {
  const of = <Properties>(type: string): Array<[string, Properties]> =>
    Object.entries(resources).flatMap(([id, { Type, Properties: made }]) =>
      Type === type ? [[id, made as Properties] as [string, Properties]] : [],
    );
  const filters = new Map<string, LineMetric>(own);
  for (const [, { FilterPattern, MetricTransformations }] of of<MadeFilter>("AWS::Logs::MetricFilter")) {
    for (const { MetricName, MetricValue: value, Dimensions: [dimension] = [] } of MetricTransformations) {
      if (!dimension) filters.set(MetricName, { pattern: FilterPattern, value });
      // The metric of one version is made of its lines alone.
      else if (version !== undefined)
        filters.set(MetricName, {
          pattern: FilterPattern.replace(/ \}$/, ` && (${dimension.Value} = "${version}") }`),
          value,
        });
    }
  }
  const alarms = new Map<string, CloudWatchAlarm>();
  for (const [id, made] of of<MadeAlarm>("AWS::CloudWatch::Alarm")) {
    const metrics = metricsOf(made);
    if (Object.values(metrics).some(({ metric }) => !filters.has(metric))) continue;
    alarms.set(id, {
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
