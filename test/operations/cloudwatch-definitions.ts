import { synthesize } from "../stacks/synthesis.ts";
import type { CloudWatchAlarm, LineMetric, MetricOfAlarm } from "./cloudwatch.ts";
import { attributesIn, blockIn, moduleText, objectsIn, stringOf } from "./module-text.ts";
import { type CloudWatchDefinitions, definitionsIn } from "./stack-definitions.ts";

/** The tool that has an alarm of its own on AWS. */
export const WATCHED_TOOL = "search";

/** Reads the alarms of templates/aws. */
export function definitionsOfModule(): CloudWatchDefinitions {
  const filters = new Map<string, LineMetric>();
  for (const [name, attributes] of objectsIn(moduleText("aws/observability.tf"))) {
    const pattern = attributes.get("pattern");
    // That of refused callers is the ingress's.
    if (pattern?.startsWith('"'))
      filters.set(name, { pattern: stringOf(pattern), value: stringOf(attributes.get("value")) });
  }
  const [, suffix = ""] = /replace\(.*, "\/ }\$\/", (".*")\)$/m.exec(moduleText("aws/observability.tf")) ?? [];
  for (const counted of ["ToolCalls", "FailedCalls"]) {
    const { pattern = "", value = "" } = filters.get(counted) ?? {};
    const ofTool = pattern.replace(/ }$/, stringOf(suffix, { "pair[1]": WATCHED_TOOL }));
    filters.set(`${counted}/${WATCHED_TOOL}`, { pattern: ofTool, value });
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
  for (const [name, tool] of [
    ["failed-calls", ""],
    [`failed-calls-${WATCHED_TOOL}`, `/${WATCHED_TOOL}`],
  ] as const) {
    const ofTool = metrics.map(([id, one]) => [id, { ...one, metric: `${one.metric}${tool}` }]);
    alarms.set(name, { ...rulesOf("failed_calls"), metrics: Object.fromEntries(ofTool), expression });
  }
  return { filters, alarms };
}

const stringOfOr = (written: string | undefined): string | undefined =>
  written?.startsWith('"') ? stringOf(written) : undefined;

/** Reads the alarms of the CDK stack. A metric with dimensions counts one version, and is watched only while that is released. */
export function definitionsOfStack(): CloudWatchDefinitions {
  const { filters, alarms } = definitionsIn(
    synthesize({ ingress: "function-url", alarms: { tools: [WATCHED_TOOL] } }).template.Resources,
  );
  const nameOf = (id: string): string => /^Server(\w+)Alarm/.exec(id)?.[1] ?? id;
  return { filters, alarms: new Map([...alarms].map(([id, alarm]) => [nameOf(id), alarm])) };
}
