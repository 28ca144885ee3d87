import { expect } from "vitest";
import { type Row, runQuery } from "../operations/kusto.ts";
import { readArguments } from "./strict-arguments.ts";

/** Requests that were answered at a time, by which function app, and whether they failed. */
export interface SeenRequest {
  readonly at: number;
  readonly failed: boolean;
  readonly app?: string;
}

/** Answers `az monitor app-insights query` as Application Insights does with these lines: it runs the query. */
export function askTraces(args: readonly string[], component: string, traces: readonly Row[]): string {
  const { flags } = readArguments(args, {
    words: ["monitor", "app-insights", "query"],
    values: ["--ids", "--analytics-query", "--offset", "--output"],
    // Without an offset az looks at the last hour alone, whatever the query says.
    needs: ["--ids", "--analytics-query", "--offset", "--output"],
  });
  expect(flags).toMatchObject({ "--ids": component, "--offset": "2h", "--output": "json" });
  const rows = runQuery(flags["--analytics-query"] ?? "", { traces }).map((row) => Object.values(row));
  return JSON.stringify({ tables: [{ rows }] });
}

/** Answers with the lines of these requests. Of those that failed, each second one was answered with 5xx. */
export const askInsights = (args: readonly string[], component: string, requests: readonly SeenRequest[]): string =>
  askTraces(args, component, requests.map(toTrace));

/** A line as the Functions host hands it on: the host calls itself as its app. */
export const traceOf = (line: object, at: number, app?: string): Row => ({
  timestamp: at,
  message: JSON.stringify(line),
  itemCount: 1,
  cloud_RoleName: app ?? "",
});

function toTrace({ at, failed, app }: SeenRequest, index: number): Row {
  const end = failed ? FAILURES[index % FAILURES.length] : { status: 200, outcome: "ok" };
  return traceOf({ message: "request", mcpMethod: "tools/call", ...end }, at, app);
}

const FAILURES = [
  { status: 200, outcome: "tool_error" },
  { status: 503, outcome: "protocol_error" },
];
