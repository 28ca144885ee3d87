/** A picture of the dashboard: the same question over the lines of requests, in the language of each cloud. */
export interface Picture {
  readonly title: string;
  readonly view: "bars" | "table" | "lines";
  /** CloudWatch Logs Insights, behind the filter for lines of requests. */
  readonly aws: readonly string[];
  /** KQL, behind `request_lines` of templates/azure/observability.tf. */
  readonly azure: string;
  /** PromQL, as an HCL string, over the metrics of templates/gcp/observability.tf and those of Cloud Run. */
  readonly gcp: readonly string[];
}

const FAILURES = ["tool_error", "protocol_error", "timed_out", "instance_lost"];
const WORDS = FAILURES.map((outcome) => `"${outcome}"`).join(", ");

const AWS_PERCENTILES = "pct(durationMs, 50) as p50, pct(durationMs, 95) as p95, pct(durationMs, 99) as p99";
const AZURE_PERCENTILES =
  "p50 = percentile(durationMs, 50), p95 = percentile(durationMs, 95), p99 = percentile(durationMs, 99)";
const AZURE_TIME = "by bin(timestamp, 5m)";

/** Answers by labels of the metric `duration`, of all requests or of those that a matcher names. */
const answersBy = (labels: string, matcher = ""): string =>
  `sum by (${labels}) (increase(\${local.duration}_count{monitored_resource="cloud_run_revision"${matcher}}\${local.step}))`;
const percentile = (share: string, labels = "le", matcher = "", metric = "duration"): string =>
  `histogram_quantile(${share}, sum by (${labels}) (increase(\${local.${metric}}_bucket{monitored_resource="cloud_run_revision"${matcher}}\${local.step})))`;
/** The bound of the histogram below which the longest of all is. */
const longest = (metric: string): string => percentile("1", "le, status", "", metric);
const sumOf = (metric: string, part: "count" | "sum", by = ""): string =>
  `sum${by}(increase(\${local.${metric}}_${part}{monitored_resource="cloud_run_revision"}\${local.step}))`;
/** A metric that Cloud Run has of itself. */
const ofService = (metric: string, by = ""): string =>
  `sum${by}(increase(run_googleapis_com:${metric}\${local.of_service}\${local.step}))`;

/** The pictures of every dashboard, in their order. Cost drivers stand behind them: each cloud bills something else. */
export const PICTURES: readonly Picture[] = [
  {
    title: "Requests by method",
    view: "bars",
    aws: ["stats count(*) as requests by mcpMethod", "sort requests desc"],
    azure: "| summarize requests = sum(itemCount) by mcpMethod | order by requests desc",
    gcp: [answersBy("method")],
  },
  {
    title: "Calls by tool or prompt",
    view: "table",
    aws: [
      "filter ispresent(mcpName)",
      `stats count(*) as calls, ${AWS_PERCENTILES} by mcpMethod, mcpName`,
      "sort calls desc",
    ],
    azure: `| where isnotempty(mcpName) | summarize calls = sum(itemCount), ${AZURE_PERCENTILES} by mcpMethod, mcpName | order by calls desc`,
    gcp: [answersBy("method, tool", ',tool!=""')],
  },
  {
    title: "Latency in milliseconds: 50, 95 and 99 of 100",
    view: "lines",
    aws: ['filter mcpMethod != "subscriptions/listen"', `stats ${AWS_PERCENTILES} by bin(5m)`],
    azure: `| where mcpMethod != "subscriptions/listen" | summarize ${AZURE_PERCENTILES} ${AZURE_TIME}`,
    gcp: ["0.5", "0.95", "0.99"].map((share) => percentile(share)),
  },
  {
    title: "Latency of tools in milliseconds: 95 of 100",
    view: "table",
    aws: ['filter mcpMethod = "tools/call"', "stats pct(durationMs, 95) as p95 by mcpName", "sort p95 desc"],
    azure:
      '| where mcpMethod == "tools/call" | summarize p95 = percentile(durationMs, 95) by mcpName | order by p95 desc',
    gcp: [percentile("0.95", "le, tool", ',method="tools/call"')],
  },
  {
    title: "Outcomes",
    view: "bars",
    aws: ["filter ispresent(mcpMethod)", "stats count(*) as requests by outcome", "sort requests desc"],
    azure: "| where isnotempty(mcpMethod) | summarize requests = sum(itemCount) by outcome | order by requests desc",
    gcp: [answersBy("outcome")],
  },
  {
    title: "Failures by method and tool",
    view: "table",
    aws: [
      `filter outcome in [${WORDS}]`,
      "stats count(*) as failures by mcpMethod, mcpName, outcome",
      "sort failures desc",
    ],
    azure: `| where outcome in (${WORDS}) | summarize failures = sum(itemCount) by mcpMethod, mcpName, outcome | order by failures desc`,
    gcp: [answersBy("method, tool, outcome", `,outcome=~"${FAILURES.join("|")}"`)],
  },
  {
    title: "Sessions opened",
    view: "lines",
    aws: ['filter mcpMethod = "initialize" and status = 200', "stats count(*) as sessions by bin(5m)"],
    azure: `| where mcpMethod == "initialize" and status == 200 | summarize sessions = sum(itemCount) ${AZURE_TIME}`,
    gcp: [answersBy("method", ',method="initialize"')],
  },
  {
    title: "Requests by protocol era",
    view: "bars",
    aws: ["stats count(*) as requests by era"],
    azure: "| summarize requests = sum(itemCount) by era = tostring(line.era)",
    gcp: [answersBy("era")],
  },
  {
    title: "Cold starts",
    view: "lines",
    aws: ["filter ispresent(coldStart)", "stats count(*) as starts by bin(5m)"],
    azure: `| where line.coldStart == true | summarize starts = sum(itemCount) ${AZURE_TIME}`,
    gcp: [ofService("container_startup_latencies_count")],
  },
  {
    title: "Jobs of tasks by status",
    view: "bars",
    aws: ["filter ispresent(taskStatus)", "stats count(*) as jobs by taskStatus"],
    azure:
      "| where isnotempty(line.taskStatus) | summarize jobs = sum(itemCount) by status = tostring(line.taskStatus)",
    gcp: [sumOf("task_age", "count", " by (status) ")],
  },
  {
    title: "Tasks by status: longest age and longest delay in milliseconds",
    view: "table",
    aws: ["filter ispresent(taskStatus)", "stats max(taskAgeMs) as age, max(taskDelayMs) as delay by taskStatus"],
    azure:
      "| where isnotempty(line.taskStatus) | summarize age = max(tolong(line.taskAgeMs)), delay = max(tolong(line.taskDelayMs)) by status = tostring(line.taskStatus)",
    gcp: [longest("task_age"), longest("task_delay")],
  },
  {
    title: "Operations of the store",
    view: "lines",
    aws: ["stats sum(storeReads) as reads, sum(storeWrites) as writes by bin(5m)"],
    azure: `| summarize reads = sum(itemCount * tolong(line.storeReads)), writes = sum(itemCount * tolong(line.storeWrites)) ${AZURE_TIME}`,
    gcp: [sumOf("reads", "sum"), sumOf("writes", "sum")],
  },
  {
    title: "Answers by status",
    view: "bars",
    aws: ["stats count(*) as answers by status"],
    azure: "| summarize answers = sum(itemCount) by status = tostring(status)",
    gcp: [ofService("request_count", " by (response_code) ")],
  },
  {
    title: "Bytes sent",
    view: "lines",
    aws: ["stats sum(responseBytes) as bytes by bin(5m)"],
    azure: `| summarize bytes = sum(itemCount * tolong(line.responseBytes)) ${AZURE_TIME}`,
    gcp: [ofService("container_network_sent_bytes_count")],
  },
];
