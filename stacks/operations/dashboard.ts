import {
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Alias } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Ingress } from "../ingress/ingress.ts";
import { FIELD, REQUEST } from "./request-log.ts";

export interface DashboardSources {
  readonly log: ILogGroup;
  readonly table: ITableV2 | undefined;
  readonly ingress: Ingress;
  /** Undefined for a Web Function, which has no alias. */
  readonly live: Alias | undefined;
}

const { BAR, LINE, TABLE } = LogQueryVisualizationType;
const { message, status, outcome, mcpMethod, mcpName, durationMs, responseBytes, era, coldStart } = FIELD;
const { storeReads, storeWrites, taskStatus, taskAgeMs, taskDelayMs } = FIELD;

interface Query {
  readonly title: string;
  readonly view: LogQueryVisualizationType;
  /** The query in CloudWatch Logs Insights, over the lines of requests. */
  readonly lines: readonly string[];
}

const PERCENTILES = `pct(${durationMs}, 50) as p50, pct(${durationMs}, 95) as p95, pct(${durationMs}, 99) as p99`;

/** Queries of the request log. They run only while somebody looks at the dashboard, so they cost nothing else. */
const QUERIES: readonly Query[] = [
  {
    title: "Requests by method",
    view: BAR,
    lines: [`stats count(*) as requests by ${mcpMethod}`, "sort requests desc"],
  },
  {
    title: "Calls by tool or prompt",
    view: TABLE,
    lines: [
      `filter ispresent(${mcpName})`,
      `stats count(*) as calls, ${PERCENTILES} by ${mcpMethod}, ${mcpName}`,
      "sort calls desc",
    ],
  },
  {
    title: "Latency in milliseconds",
    view: LINE,
    lines: [`filter ${mcpMethod} != "subscriptions/listen"`, `stats ${PERCENTILES} by bin(5m)`],
  },
  {
    title: "Sessions opened",
    view: LINE,
    lines: [`filter ${mcpMethod} = "initialize" and ${status} = 200`, "stats count(*) as sessions by bin(5m)"],
  },
  { title: "Requests by protocol era", view: BAR, lines: [`stats count(*) as requests by ${era}`] },
  {
    title: "Cold starts",
    view: LINE,
    lines: [`filter ispresent(${coldStart})`, "stats count(*) as starts by bin(5m)"],
  },
  {
    title: "Outcomes",
    view: BAR,
    lines: [`filter ispresent(${mcpMethod})`, `stats count(*) as requests by ${outcome}`, "sort requests desc"],
  },
  {
    title: "Failures by method and tool",
    view: TABLE,
    lines: [
      `filter ${outcome} in ["tool_error", "protocol_error", "timed_out", "instance_lost"]`,
      `stats count(*) as failures by ${mcpMethod}, ${mcpName}, ${outcome}`,
      "sort failures desc",
    ],
  },
  {
    title: "Tasks by status: jobs, longest age and longest delay in milliseconds",
    view: TABLE,
    lines: [
      `filter ispresent(${taskStatus})`,
      `stats count(*) as jobs, max(${taskAgeMs}) as age, max(${taskDelayMs}) as delay by ${taskStatus}`,
    ],
  },
  {
    title: "Operations of the store",
    view: LINE,
    lines: [`stats sum(${storeReads}) as reads, sum(${storeWrites}) as writes by bin(5m)`],
  },
  { title: "Answers by status", view: BAR, lines: [`stats count(*) as answers by ${status}`] },
  { title: "Bytes sent", view: LINE, lines: [`stats sum(${responseBytes}) as bytes by bin(5m)`] },
];

/** One page for the operators of the server. Idle: nothing for the account's first three dashboards, then $3 a month. */
export function createDashboard(scope: Construct, sources: DashboardSources): Dashboard {
  const { log, table, ingress, live } = sources;
  const ask = ({ title, view, lines }: Query): LogQueryWidget =>
    new LogQueryWidget({
      title,
      view,
      logGroupNames: [log.logGroupName],
      queryLines: [`filter ${message} = "${REQUEST}"`, ...lines],
      width: 12,
      height: 6,
    });
  const show = (title: string, metrics: readonly (IMetric | undefined)[]): GraphWidget[] => {
    const left = metrics.filter((metric) => metric !== undefined);
    return left.length > 0 ? [new GraphWidget({ title, left, width: 8, height: 6 })] : [];
  };
  const sum = { statistic: "Sum" };
  const costDrivers = [
    ...show("Cost: requests", [ingress.requests?.with(sum), live?.metricInvocations(sum)]),
    // Times the memory, this is what Lambda bills.
    ...show("Cost: milliseconds of the function", [live?.metricDuration(sum)]),
    ...show("Cost: units of the table", [
      table?.metricConsumedReadCapacityUnits(sum),
      table?.metricConsumedWriteCapacityUnits(sum),
    ]),
  ];
  return new Dashboard(scope, "Dashboard", { widgets: [QUERIES.map(ask), costDrivers] });
}
