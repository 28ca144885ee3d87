import type { RequestRecord } from "../../src/adapter.ts";
import { timeOf } from "./day-time.ts";
import { type Row, runQuery } from "./kusto.ts";
import { attributesIn, blockIn, moduleText, objectsIn, stringOf } from "./module-text.ts";

export interface AzureAlarm {
  /** The whole query. */
  readonly query: string;
  readonly threshold: number;
  readonly everyMs: number;
  readonly windowMs: number;
}

/** The alarms of templates/azure, by name. */
export function alarmsOfAzure(): ReadonlyMap<string, AzureAlarm> {
  const lines = /request_lines = <<-EOT\n([\s\S]*?)\n +EOT/.exec(moduleText("azure/observability.tf"))?.[1] ?? "";
  const text = moduleText("azure/alarms.tf");
  const rule = blockIn(text, 'resource "azurerm_monitor_scheduled_query_rules_alert_v2" "alarm"');
  const attributes = attributesIn(rule, 2);
  const criteria = attributesIn(rule, 4);
  if (
    stringOf(criteria.get("time_aggregation_method")) !== "Maximum" ||
    stringOf(criteria.get("operator")) !== "GreaterThanOrEqual"
  )
    throw new Error("The emulation knows only alarms on the maximum.");
  if (rule.includes("failing_periods")) throw new Error("The emulation evaluates one period, which is the default.");
  const minutes = (name: string): number => 60_000 * Number(/^PT(\d+)M$/.exec(stringOf(attributes.get(name)))?.[1]);
  const times = { everyMs: minutes("evaluation_frequency"), windowMs: minutes("window_duration") };
  return new Map(
    [...objectsIn(text)].map(([name, alarm]) => [
      name,
      { ...times, threshold: Number(alarm.get("threshold")), query: `${lines}${stringOf(alarm.get("query"))}` },
    ]),
  );
}

/**
 * How often in a day an alarm is evaluated to be on: at each evaluation over the lines of its window, if any row's value
 * reaches the threshold ("Log search alert rules", measure of a column, split by nothing). No rows are no alarm.
 */
export function timesOn(
  { query, threshold, everyMs, windowMs }: AzureAlarm,
  lines: readonly RequestRecord[],
  untilMs: number,
): number {
  const rows = lines.map((line): Row => ({ timestamp: timeOf(line), message: JSON.stringify(line), itemCount: 1 }));
  let times = 0;
  for (let now = everyMs; now <= untilMs; now += everyMs) {
    const traces = rows.filter(({ timestamp }) => Number(timestamp) >= now - windowMs && Number(timestamp) < now);
    const values = runQuery(query, { traces }).map(({ value }) => Number(value));
    if (values.some((value) => value >= threshold)) times++;
  }
  return times;
}
