import { quantile } from "../../bench/quantile.ts";
import type { RequestRecord } from "../../src/adapter.ts";
import { timeOf } from "./day-time.ts";

/** A metric filter: what it counts, and the field or number that it takes of each line. */
export interface LineMetric {
  readonly pattern: string;
  readonly value: string;
}

export interface MetricOfAlarm {
  readonly metric: string;
  /** `Sum`, `Maximum` or a percentile such as `p99`. */
  readonly statistic: string;
  readonly periodMs: number;
}

export interface CloudWatchAlarm {
  /** By the id that the expression has for it. */
  readonly metrics: Readonly<Record<string, MetricOfAlarm>>;
  /** Absent where the alarm has one metric. */
  readonly expression?: string | undefined;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly comparison: string;
  readonly missing: string;
  readonly lowSampleCount?: string | undefined;
}

const MINUTE_MS = 60_000;

/**
 * The minutes of a day in which an alarm is in the state ALARM. It is evaluated each minute over the periods that end with it
 * (CloudWatch User Guide, "Evaluating an alarm"); a period without data counts as `treatMissingData` says.
 */
export function minutesInAlarm(
  alarm: CloudWatchAlarm,
  filters: ReadonlyMap<string, LineMetric>,
  lines: readonly RequestRecord[],
  untilMs: number,
): number {
  const { metrics, threshold, evaluationPeriods, comparison, missing } = alarm;
  if (comparison !== "GreaterThanOrEqualToThreshold" || missing !== "notBreaching")
    throw new Error(`The emulation knows nothing of ${comparison} and ${missing}.`);
  const points = new Map(Object.entries(metrics).map(([id, { metric }]) => [id, pointsOf(filters.get(metric), lines)]));
  const periodMs = Math.max(...Object.values(metrics).map((one) => one.periodMs));
  let state = false;
  let minutes = 0;
  for (let now = MINUTE_MS; now <= untilMs; now += MINUTE_MS) {
    const values = Array.from({ length: evaluationPeriods }, (_, period) => {
      const end = now - period * periodMs;
      return valueAt(alarm, points, end - periodMs, end);
    });
    // Too few samples for a percentile leave the state as it is ("Percentile-based alarms and low data samples").
    if (!values.includes("ignored")) state = values.every((value) => typeof value === "number" && value >= threshold);
    if (state) minutes++;
  }
  return minutes;
}

type Points = ReadonlyArray<readonly [atMs: number, value: number]>;

function pointsOf(filter: LineMetric | undefined, lines: readonly RequestRecord[]): Points {
  if (!filter) throw new Error("An alarm watches a metric that no filter makes.");
  const field = /^\$\.(\w+)$/.exec(filter.value)?.[1] as keyof RequestRecord | undefined;
  return lines
    .filter((line) => matches(filter.pattern, line))
    .map((line) => [timeOf(line), field ? Number(line[field]) : Number(filter.value)]);
}

function valueAt(
  { metrics, expression, lowSampleCount }: CloudWatchAlarm,
  points: ReadonlyMap<string, Points>,
  from: number,
  to: number,
): number | undefined | "ignored" {
  const values: Record<string, number | undefined> = {};
  for (const [id, { statistic }] of Object.entries(metrics)) {
    const within =
      points
        .get(id)
        ?.filter(([at]) => at >= from && at < to)
        .map(([, value]) => value) ?? [];
    const share = /^p(\d+)$/.exec(statistic)?.[1];
    if (share && lowSampleCount === "ignore" && within.length < 10 / (1 - Number(share) / 100)) return "ignored";
    values[id] = within.length === 0 ? undefined : share ? quantile(within, Number(share) / 100) : sum(within);
    if (!share && statistic !== "Sum") throw new Error(`The emulation knows nothing of ${statistic}.`);
  }
  return expression === undefined ? Object.values(values)[0] : evaluate(expression, values);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Whether a line matches `{ ($.field = "text") && … }` (CloudWatch Logs User Guide, "Filter pattern syntax for JSON logs"). */
function matches(pattern: string, line: RequestRecord): boolean {
  const inside = /^\{ (.*) \}$/.exec(pattern)?.[1] ?? "";
  return inside.split(" && ").every((part) => {
    const [, field, operator, literal] = /^\(*\$\.(\w+) (=|!=|>=) ("[^"]*"|\d+)\)*$/.exec(part) ?? [];
    if (field === undefined || literal === undefined) throw new Error(`The emulation does not know ${part}.`);
    const actual = line[field as keyof RequestRecord];
    const wanted: unknown = JSON.parse(literal);
    // A comparison with a field that a line does not have does not hold.
    if (actual === undefined) return false;
    if (operator === "=") return actual === wanted;
    return operator === "!=" ? actual !== wanted : Number(actual) >= Number(wanted);
  });
}

/** The value of an expression ("Metric math syntax and functions"). A metric without data leaves the expression without, but for FILL. */
function evaluate(expression: string, values: Readonly<Record<string, number | undefined>>): number | undefined {
  const filled = [...expression.matchAll(/FILL\((\w+), 0\)/g)].map(([, id]) => id);
  if (Object.entries(values).some(([id, value]) => value === undefined && !filled.includes(id))) return undefined;
  const choose = (condition: boolean, yes: number, no: number): number => (condition ? yes : no);
  const fill = (value: number | undefined, otherwise: number): number => value ?? otherwise;
  const body = `return ${expression.replaceAll(" AND ", " && ")};`;
  return new Function("IF", "FILL", ...Object.keys(values), body)(choose, fill, ...Object.values(values)) as number;
}
