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
import { PICTURES, type Picture } from "./pictures.ts";
import { FIELD, REQUEST } from "./request-log.ts";

export interface DashboardSources {
  readonly log: ILogGroup;
  readonly table: ITableV2 | undefined;
  readonly ingress: Ingress;
  /** Undefined for a Web Function, which has no alias. */
  readonly live: Alias | undefined;
}

const VIEWS = {
  bars: LogQueryVisualizationType.BAR,
  table: LogQueryVisualizationType.TABLE,
  lines: LogQueryVisualizationType.LINE,
} as const;

/** One page for the operators of the server. Its queries run only while somebody looks at it. Idle: nothing for the account's first three dashboards, then $3 a month. */
export function createDashboard(scope: Construct, sources: DashboardSources): Dashboard {
  const { log, table, ingress, live } = sources;
  const ask = ({ title, view, lines }: Picture): LogQueryWidget =>
    new LogQueryWidget({
      title,
      view: VIEWS[view],
      logGroupNames: [log.logGroupName],
      queryLines: [`filter ${FIELD.message} = "${REQUEST}"`, ...lines],
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
  return new Dashboard(scope, "Dashboard", { widgets: [PICTURES.map(ask), costDrivers] });
}
