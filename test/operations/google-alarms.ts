import type { RequestRecord } from "../../src/adapter.ts";
import { timeOf } from "./day-time.ts";
import { readFilter } from "./logging-filter.ts";
import { attributesIn, blockIn, moduleText, objectsIn, stringOf } from "./module-text.ts";
import { type Increment, readQuery } from "./promql.ts";

const SERVICE = { name: "notes", region: "europe-west1" };
const PUBLIC = 'var.auth == "iam" ? "(httpRequest.status=401 OR httpRequest.status=403)" : "httpRequest.status=401"';

/** A metric that Logging makes of lines, by the name that PromQL has for it. */
interface LogMetric {
  readonly filter: string;
  /** Absent for one that counts. */
  readonly distribution?: {
    readonly field: string;
    readonly labels: readonly string[];
    readonly bounds: readonly number[];
  };
}

export interface GoogleAlarms {
  readonly metrics: ReadonlyMap<string, LogMetric>;
  /** Their queries, by name. */
  readonly alarms: ReadonlyMap<string, string>;
  readonly everyMs: number;
}

/** The metrics and alarms of templates/gcp, for a server that anybody may call. */
export function alarmsOfGoogle(): GoogleAlarms {
  const text = moduleText("gcp/observability.tf");
  const local = (name: string, references = {}): string => stringOf(attributesIn(text, 2).get(name), references);
  const ofService = local("log_of_service", { "var.name": SERVICE.name, "var.region": SERVICE.region });
  const answers = local("answers", { "local.log_of_service": ofService });
  const references = {
    "local.log_of_service": ofService,
    "local.answers": answers,
    [PUBLIC]: "httpRequest.status=401",
  };
  const metrics = new Map<string, LogMetric>();
  const counted = /counted_answers = [\s\S]*?\n {2}\}\)/.exec(text)?.[0] ?? "";
  for (const [name, filter] of attributesIn(counted, 4))
    metrics.set(metricName(name), { filter: stringOf(filter, references) });
  const duration = blockIn(text, 'resource "google_logging_metric" "duration"');
  metrics.set(metricName("duration"), {
    filter: stringOf(attributesIn(duration, 2).get("filter"), references),
    distribution: {
      field: /EXTRACT\(jsonPayload\.(\w+)\)/.exec(attributesIn(duration, 2).get("value_extractor") ?? "")?.[1] ?? "",
      labels: [...duration.matchAll(/^ {6}key = "(\w+)"$/gm)].map(([, key = ""]) => key),
      bounds: JSON.parse(/bounds = (\[.*\])/.exec(duration)?.[1] ?? "[]"),
    },
  });
  const alarmText = moduleText("gcp/alarms.tf");
  const shared = attributesIn(alarmText, 2);
  const named = {
    ...Object.fromEntries([...metrics.keys()].map((name) => [`local.metric["${suffixOf(name)}"]`, name])),
    "local.of_calls": stringOf(shared.get("of_calls")),
    "local.within": stringOf(shared.get("within")),
  };
  // Before it are those of tasks.
  const server = alarmText.slice(alarmText.indexOf("alarms = merge("));
  const alarms = new Map<string, string>();
  for (const [name, attributes] of objectsIn(server)) alarms.set(name, stringOf(attributes.get("query"), named));
  const condition = attributesIn(blockIn(alarmText, 'resource "google_monitoring_alert_policy" "server"'), 6);
  if (stringOf(condition.get("duration")) !== "0s") throw new Error("The emulation lets a condition hold for no time.");
  const everyMs = 1_000 * Number.parseInt(stringOf(condition.get("evaluation_interval")), 10);
  return { metrics, alarms, everyMs };
}

const PREFIX = `logging_googleapis_com:user_${SERVICE.name}_`;
const metricName = (name: string): string => `${PREFIX}${name.replaceAll("-", "_")}`;
const suffixOf = (metric: string): string => metric.slice(PREFIX.length).replaceAll("_", "-");

/** How often in a day the condition of each policy is met. */
export function timesMet(
  { metrics, alarms, everyMs }: GoogleAlarms,
  lines: readonly RequestRecord[],
  untilMs: number,
): Map<string, number> {
  const series = seriesOf(metrics, lines);
  const times = new Map<string, number>();
  for (const [name, query] of alarms) {
    const evaluate = readQuery(query);
    for (let now = everyMs; now <= untilMs; now += everyMs) {
      if (evaluate(series, now).length > 0) times.set(name, (times.get(name) ?? 0) + 1);
    }
  }
  return times;
}

/** The growth of each metric, in the series that PromQL has of it. */
function seriesOf(metrics: GoogleAlarms["metrics"], lines: readonly RequestRecord[]): Map<string, Increment[]> {
  const series = new Map<string, Increment[]>();
  const add = (name: string, one: Increment): void =>
    void (series.get(name) ?? series.set(name, []).get(name))?.push(one);
  for (const [name, { filter, distribution }] of metrics) {
    const holds = readFilter(filter);
    for (const part of distribution ? [`${name}_bucket`, `${name}_count`] : [name]) series.set(part, []);
    for (const line of lines) {
      const entries = [
        entryOf({ jsonPayload: line }, "run.googleapis.com/stdout"),
        entryOf({ httpRequest: { status: line.status } }, "run.googleapis.com/requests"),
      ];
      if (!entries.some(holds)) continue;
      const labels = { monitored_resource: "cloud_run_revision" };
      if (!distribution) {
        add(name, { atMs: timeOf(line), labels, value: 1 });
        continue;
      }
      const own = Object.fromEntries(distribution.labels.map((label) => [label, labelOf(line, label)]));
      const value = Number(line[distribution.field as keyof RequestRecord]);
      add(`${name}_count`, { atMs: timeOf(line), labels: { ...labels, ...own }, value: 1 });
      for (const bound of [...distribution.bounds, Number.POSITIVE_INFINITY]) {
        const le = bound === Number.POSITIVE_INFINITY ? "+Inf" : String(bound);
        if (value < bound) add(`${name}_bucket`, { atMs: timeOf(line), labels: { ...labels, ...own, le }, value: 1 });
      }
    }
  }
  return series;
}

const entryOf = (payload: object, log: string): object => ({
  ...payload,
  log,
  resource: { type: "cloud_run_revision", labels: { service_name: SERVICE.name, location: SERVICE.region } },
});

/** The fields that the labels are extracted from. */
function labelOf({ mcpMethod, mcpName, era, outcome }: RequestRecord, label: string): string {
  const fields: Readonly<Record<string, string | undefined>> = { method: mcpMethod, tool: mcpName, era, outcome };
  if (!(label in fields)) throw new Error(`The emulation knows no label ${label}.`);
  return fields[label] ?? "";
}
