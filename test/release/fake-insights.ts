import { expect } from "vitest";
import { readArguments } from "./strict-arguments.ts";

/** Requests that were answered at a time, by which function app, and whether they failed. */
export interface SeenRequest {
  readonly at: number;
  readonly failed: boolean;
  readonly app?: string;
}

/**
 * Answers `az monitor app-insights query` with the requests of the time, and of the app, that the query names. Throws for a query
 * of anything else than the lines of templates/azure/observability.tf.
 */
export function askInsights(args: readonly string[], component: string, requests: readonly SeenRequest[]): string {
  const { flags } = readArguments(args, {
    words: ["monitor", "app-insights", "query"],
    values: ["--ids", "--analytics-query", "--offset", "--output"],
    // Without an offset az looks at the last hour alone, whatever the query says.
    needs: ["--ids", "--analytics-query", "--offset", "--output"],
  });
  expect(flags).toMatchObject({ "--ids": component, "--offset": "2h", "--output": "json" });
  const query = flags["--analytics-query"] ?? "";
  const [, from = "", to = ""] = /\(datetime\((\S+)\) \.\. datetime\((\S+)\)\)/.exec(query) ?? [];
  // The Functions host calls itself as its app.
  const [ofApp = "", app] = /\| where cloud_RoleName =~ "([\w-]+)" /.exec(query) ?? [];
  expect(query.replace(from, "FROM").replace(to, "TO").replace(ofApp, "")).toBe(
    'traces | where timestamp between (datetime(FROM) .. datetime(TO)) | where message startswith "{" and message has "\\"message\\":\\"request\\"" | extend line = parse_json(message) | where isnotempty(line.mcpMethod) | summarize requests = sum(itemCount), failed = sumif(itemCount, toint(line.status) >= 500 or tostring(line.outcome) == "tool_error")',
  );
  const within = requests.filter(
    (request) =>
      request.at >= Date.parse(from) && request.at <= Date.parse(to) && (app === undefined || request.app === app),
  );
  const failed = within.filter((request) => request.failed).length;
  return JSON.stringify({ tables: [{ rows: [[within.length, failed]] }] });
}
