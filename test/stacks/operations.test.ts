import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { readDocComments } from "../../generate/doc-comments.ts";
import { REQUEST_RECORD } from "../../generate/observability-page.ts";
import { type RequestRecords, recordRequests } from "./request-records.ts";
import { INGRESSES, type Synthesis, synthesize } from "./synthesis.ts";
import { createResolve } from "./template-values.ts";
import { arn, OPT_IN } from "./variants.ts";

/** Metrics that AWS publishes itself, as its guides name them. */
const OF_AWS: Readonly<Record<string, readonly string[]>> = {
  // Lambda Developer Guide, "Types of metrics for Lambda functions" and "Monitoring Lambda function URLs".
  "AWS/Lambda": ["Errors", "Throttles", "Invocations", "Duration", "UrlRequestCount", "Url5xxCount"],
  // API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics".
  "AWS/ApiGateway": ["Count", "5XXError"],
  // DynamoDB Developer Guide, "DynamoDB metrics and dimensions".
  "AWS/DynamoDB": [
    "ReadThrottleEvents",
    "WriteThrottleEvents",
    "ConsumedReadCapacityUnits",
    "ConsumedWriteCapacityUnits",
  ],
};

interface MetricFilter {
  readonly FilterPattern: string;
  readonly LogGroupName: { readonly Ref: string };
  readonly MetricTransformations: {
    MetricName: string;
    MetricNamespace: string;
    MetricValue: string;
    Dimensions?: { Key: string; Value: string }[];
  }[];
}

let records: RequestRecords;
beforeAll(async () => {
  records = await recordRequests();
});
/** All fields of a request's line: test/http/request-schema.test.ts sees each of them in a line. */
const fieldsOfRecords = (): Set<string> => new Set(readDocComments(readFileSync(REQUEST_RECORD, "utf8")).keys());

const filtersOf = ({ resources }: Synthesis): MetricFilter[] =>
  resources("AWS::Logs::MetricFilter").map(([, { Properties }]) => Properties as unknown as MetricFilter);

/** Whether a line matches a pattern of the two forms there are: all of some comparisons, or any of them. */
function matches(pattern: string, line: object): boolean {
  const comparisons = [...pattern.matchAll(/\$\.(\w+) (=|!=|>=) ("[^"]*"|\d+)/g)];
  const hold = comparisons.map(([, field = "", operator, literal = ""]) => {
    const actual = (line as Record<string, unknown>)[field];
    const wanted: unknown = JSON.parse(literal);
    if (actual === undefined || typeof actual !== typeof wanted) return false;
    return operator === "="
      ? actual === wanted
      : operator === "!="
        ? actual !== wanted
        : Number(actual) >= Number(wanted);
  });
  return pattern.includes("||") ? hold.includes(true) : !hold.includes(false);
}

describe.for(INGRESSES)("with %s", (ingress) => {
  const synthesis = synthesize({ ingress });
  const filter = (name: string): MetricFilter => {
    const found = filtersOf(synthesis).find(({ MetricTransformations: [made] }) => made?.MetricName === name);
    if (!found) throw new Error(`There is no filter for ${name}.`);
    return found;
  };

  test("the metric filters count fields that the request log has", () => {
    expect(matches(filter("FailedRequests").FilterPattern, records.failed)).toBe(true);
    expect(matches(filter("FailedRequests").FilterPattern, records.call)).toBe(false);
    expect(matches(filter("ToolErrors").FilterPattern, records.toolError)).toBe(true);
    for (const line of [records.call, records.failed, { ...records.toolError, message: "audit" }]) {
      expect(matches(filter("ToolErrors").FilterPattern, line)).toBe(false);
    }
    const { FilterPattern, MetricTransformations } = filter("RequestDuration");
    expect(matches(FilterPattern, records.call)).toBe(true);
    expect(matches(FilterPattern, { ...records.call, mcpMethod: "subscriptions/listen" })).toBe(false);
    expect(matches(FilterPattern, records.health)).toBe(false);
    expect(records.call).toHaveProperty(
      (MetricTransformations[0]?.MetricValue ?? "").replace("$.", ""),
      expect.any(Number),
    );
  });

  test("a version whose tools fail for a tenth of its callers goes back", () => {
    const alarms = synthesis.resources("AWS::CloudWatch::Alarm");
    const alarm = alarms.find(([id]) => id.startsWith("ServerVersionAlarm"))?.[1].Properties ?? {};
    if (ingress === "web-function") return expect(alarm).toEqual({});
    const parts = alarm.Metrics as { Id: string; Expression?: string; MetricStat?: { Metric: Metric } }[];
    const expression = parts.find(({ Expression }) => Expression)?.Expression ?? "";
    /** Whether the alarm goes off after these lines of the version before and of the newest one, which is 7. */
    const goesOff = (lines: readonly object[]): boolean => {
      const values = parts.flatMap(({ Id, MetricStat }) => {
        if (!MetricStat) return [];
        const { MetricName, Dimensions } = MetricStat.Metric;
        const dimension = filter(MetricName).MetricTransformations[0]?.Dimensions?.[0];
        expect(dimension?.Key).toBe(Dimensions?.[0]?.Name);
        const ofNewest = (line: object): boolean =>
          !dimension || (line as Record<string, unknown>)[dimension.Value.replace("$.", "")] === "7";
        return [[Id, lines.filter((line) => matches(filter(MetricName).FilterPattern, line) && ofNewest(line)).length]];
      });
      const { calls, failed, allCalls, allFailed } = Object.fromEntries(values) as Record<string, number>;
      return evaluate(expression, { calls, failed, allCalls, allFailed }) >= Number(alarm.Threshold);
    };
    const of = (deployedVersion: string, good: number, failed: number): object[] => [
      ...Array.from({ length: good }, () => ({ ...records.call, deployedVersion })),
      ...Array.from({ length: failed }, () => ({ ...records.toolError, deployedVersion })),
    ];
    expect(goesOff([...of("6", 900, 0), ...of("7", 90, 10)])).toBe(true);
    expect(goesOff([...of("6", 850, 50), ...of("7", 90, 10)])).toBe(false);
    expect(goesOff([...of("6", 855, 45), ...of("7", 90, 10)])).toBe(true);
    expect(goesOff([...of("6", 900, 0), ...of("7", 4, 4)])).toBe(false);
    expect(goesOff([...of("6", 900, 0), ...of("7", 196, 4)])).toBe(false);
    expect(goesOff([...of("6", 800, 100), ...of("7", 100, 0)])).toBe(false);
    // All traffic goes to it.
    expect(goesOff(of("7", 90, 10))).toBe(true);
  });

  test("rejected requests are counted in the log that has them", () => {
    const { FilterPattern, LogGroupName } = filter("RejectedRequests");
    if (ingress === "rest-api") {
      const { Format } = synthesis.only("AWS::ApiGateway::Stage").AccessLogSetting as { Format: string };
      const line: Record<string, string> = JSON.parse(Format);
      expect(line.status).toBe("$context.status");
      for (const status of ["401", "403"]) expect(matches(FilterPattern, { ...line, status })).toBe(true);
      expect(matches(FilterPattern, { ...line, status: "200" })).toBe(false);
      expect(LogGroupName.Ref).toMatch(/AccessLog/);
    } else {
      expect(matches(FilterPattern, records.unauthenticated)).toBe(true);
      expect(matches(FilterPattern, records.call)).toBe(false);
      expect(LogGroupName.Ref).toMatch(/RequestLog/);
    }
  });

  test("alarms watch metrics that there are", () => {
    const made = filtersOf(synthesis).flatMap(({ MetricTransformations }) => MetricTransformations);
    const watched = synthesis
      .resources("AWS::CloudWatch::Alarm")
      .flatMap(([, { Properties }]) => metricsOf(Properties));
    expect(watched.length).toBeGreaterThan(0);
    for (const { Namespace, MetricName } of watched) {
      const names =
        OF_AWS[Namespace] ?? made.filter((one) => one.MetricNamespace === Namespace).map((one) => one.MetricName);
      expect(names).toContain(MetricName);
    }
  });

  test("there are all the alarms that this ingress has numbers for", () => {
    const ids = synthesis.resources("AWS::CloudWatch::Alarm").map(([id]) => /^Server(\w+)Alarm/.exec(id)?.[1]);
    const ofAlias = ingress === "web-function" ? [] : ["Errors", "Throttles", "Version"];
    expect(ids.sort()).toEqual(
      [...ofAlias, "FailedCalls", "ServerErrors", "Slow", "TableThrottles", "ToolErrors", "Unauthenticated"].sort(),
    );
  });

  test("the dashboard asks the request log for fields that it has, and for metrics that there are", () => {
    const { queries, metrics } = dashboardOf(synthesis);
    expect(queries.length).toBeGreaterThan(5);
    const asked = new Set(queries.flatMap(fieldsIn));
    expect([...asked].filter((field) => !fieldsOfRecords().has(field))).toEqual([]);
    expect([...asked]).toEqual(
      expect.arrayContaining(["mcpMethod", "mcpName", "durationMs", "coldStart", "status", "outcome"]),
    );
    expect(metrics.filter(([namespace, name]) => !OF_AWS[namespace]?.includes(name))).toEqual([]);
  });
});

test("the first record of a process is its cold start, and the opening of a session is told by its method", () => {
  expect(records.call.coldStart).toBe(true);
  expect(records.opened).toMatchObject({ message: "request", mcpMethod: "initialize", status: 200, era: "legacy" });
});

test.for(INGRESSES)("with %s, one slow answer among a few is no alarm", (ingress) => {
  const slow = synthesize({ ingress })
    .resources("AWS::CloudWatch::Alarm")
    .filter(([id]) => id.startsWith("ServerSlow"));
  expect(slow).toHaveLength(1);
  expect(slow[0]?.[1].Properties).toMatchObject({
    ExtendedStatistic: "p99",
    EvaluateLowSampleCountPercentile: "ignore",
  });
});

test("a bad version goes back by itself, and alarms tell who is to know", () => {
  const { only, resources } = synthesize(OPT_IN.server, OPT_IN);
  const group = only("AWS::CodeDeploy::DeploymentGroup");
  expect(group).toMatchObject({
    DeploymentConfigName: "CodeDeployDefault.LambdaLinear10PercentEvery1Minute",
    AutoRollbackConfiguration: {
      Enabled: true,
      Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
    },
  });
  const rollingBack = (group.AlarmConfiguration as { Alarms: { Name: { Ref: string } }[] }).Alarms;
  expect(rollingBack.map(({ Name }) => /^Server(\w+)Alarm/.exec(Name.Ref)?.[1]).sort()).toEqual([
    "Errors",
    "ServerErrors",
    "Version",
  ]);
  const alias = resources("AWS::Lambda::Alias")[0]?.[1] as unknown as { UpdatePolicy: unknown };
  expect(JSON.stringify(alias.UpdatePolicy)).toContain("CodeDeployHook_smoke");
  for (const [, { Properties }] of resources("AWS::CloudWatch::Alarm")) {
    expect(Properties).toMatchObject({ AlarmActions: [arn("sns", "alarms")], OKActions: [arn("sns", "alarms")] });
  }
});

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string }[];
}

/** The value of an expression of CloudWatch ("Metric math syntax and functions"), of the functions that the stack uses. */
function evaluate(expression: string, values: Record<string, number | undefined>): number {
  const body = expression.replaceAll(" AND ", " && ");
  const choose = (condition: unknown, yes: number, no: number): number => (condition ? yes : no);
  return new Function("IF", ...Object.keys(values), `return ${body};`)(choose, ...Object.values(values)) as number;
}

/** The one metric of an alarm, or the metrics of its expression. */
function metricsOf(alarm: Record<string, unknown>): Metric[] {
  const parts = (alarm.Metrics ?? []) as { MetricStat?: { Metric: Metric } }[];
  const ofParts = parts.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
  return ofParts.length > 0 ? ofParts : [alarm as unknown as Metric];
}

interface Widget {
  readonly type: string;
  readonly properties: { query?: string; metrics?: [string, string][] };
}

function dashboardOf(synthesis: Synthesis): { queries: string[]; metrics: [string, string][] } {
  const types = Object.values(synthesis.template.Resources).map(({ Type }) => Type);
  const resolve = createResolve(synthesis, Object.fromEntries(types.map((type) => [type, "some-resource"])));
  const { DashboardBody } = synthesis.only("AWS::CloudWatch::Dashboard");
  const { widgets } = JSON.parse(resolve(DashboardBody)) as { widgets: Widget[] };
  return {
    queries: widgets.flatMap(({ properties: { query } }) => query ?? []),
    metrics: widgets.flatMap(({ properties: { metrics } }) => metrics ?? []),
  };
}

/** CloudWatch Logs Insights: what is neither quoted, nor a word of the language, nor a name that the query gives. */
const WORDS = new Set("SOURCE filter stats sort by as bin count sum max pct ispresent and or desc asc in m".split(" "));

function fieldsIn(query: string): string[] {
  const given = new Set([...query.matchAll(/ as (\w+)/g)].map(([, name]) => name));
  const bare = query.replace(/"[^"]*"|'[^']*'/g, "").match(/[a-z_]\w*/gi) ?? [];
  return bare.filter((word) => !WORDS.has(word) && !given.has(word));
}
