import { beforeAll, describe, expect, test } from "vitest";
import type { RequestRecord } from "../../src/adapter.ts";
import { alarmsOfAzure, timesOn } from "./azure-alarms.ts";
import { minutesInAlarm } from "./cloudwatch.ts";
import { definitionsOfModule, definitionsOfStack, WATCHED_TOOL } from "./cloudwatch-definitions.ts";
import { type DayCall, linesOfDay } from "./day.ts";
import { DAY_MS } from "./day-time.ts";
import { alarmsOfGoogle, timesMet } from "./google-alarms.ts";
import type { CloudWatchDefinitions } from "./stack-definitions.ts";

const QUARTER_MS = 900_000;

/** Twenty calls in each quarter of an hour of a day, spread over it. */
const dayOf = (callAt: (call: number) => Pick<DayCall, "tool" | "fails" | "takesMs">): DayCall[] =>
  Array.from({ length: (20 * DAY_MS) / QUARTER_MS }, (_, call) => ({
    atMs: (call * QUARTER_MS) / 20,
    ...callAt(call),
  }));

/** Half of the callers of `search` fail, who are half of all. */
const HALF_FAILS = dayOf((call) => (call % 2 === 0 ? { tool: "echo" } : { tool: "search", fails: call % 4 === 1 }));
/** One call of twenty is slow, and another one fails. */
const ONE_OF_TWENTY = dayOf((call) => ({
  tool: "search",
  fails: call % 20 === 13,
  ...(call % 20 === 7 && { takesMs: 40_000 }),
}));
/** A tool that gets a tenth of the calls fails for all of its callers. */
const SELDOM = Array.from({ length: 9_600 }, (_, call): DayCall => {
  const fails = call % 10 === 0;
  return { atMs: call * 9_000, tool: fails ? "search" : "echo", fails };
});
/** One call in fifty is slow, of enough to tell. */
const MANY = Array.from(
  { length: 1_200 },
  (_, call): DayCall => ({ atMs: call * 100, tool: "echo", takesMs: call % 50 === 0 ? 31_000 : 20 }),
);

/** Names of the alarms that go off on a cloud in a day of these lines. */
type GoOff = (lines: readonly RequestRecord[]) => string[];

const cloudwatch =
  ({ alarms, filters }: CloudWatchDefinitions): GoOff =>
  (lines) =>
    [...alarms].filter(([, alarm]) => minutesInAlarm(alarm, filters, lines, DAY_MS) > 0).map(([name]) => name);

const CLOUDS: Readonly<Record<string, () => { readonly names: string[]; readonly goOff: GoOff }>> = {
  "the CDK stack"() {
    const made = definitionsOfStack();
    return { names: [...made.alarms.keys()], goOff: cloudwatch(made) };
  },
  "templates/aws"() {
    const made = definitionsOfModule();
    return { names: [...made.alarms.keys()], goOff: cloudwatch(made) };
  },
  "templates/azure"() {
    const alarms = [...alarmsOfAzure()].filter(([name]) => name !== "job-age");
    const goOff: GoOff = (lines) => alarms.filter(([, one]) => timesOn(one, lines, DAY_MS) > 0).map(([name]) => name);
    return { names: alarms.map(([name]) => name), goOff };
  },
  "templates/gcp"() {
    const made = alarmsOfGoogle();
    return { names: [...made.alarms.keys()], goOff: (lines) => [...timesMet(made, lines, DAY_MS).keys()] };
  },
};

const days = { half: HALF_FAILS, seldom: SELDOM, one: ONE_OF_TWENTY, many: MANY };
const lines = {} as Record<keyof typeof days, readonly RequestRecord[]>;
beforeAll(async () => {
  for (const [name, calls] of Object.entries(days)) lines[name as keyof typeof days] = await linesOfDay(calls);
});

describe.each(Object.keys(CLOUDS))("with the alarms of %s, as the cloud evaluates them, in a day", (cloud) => {
  const { names, goOff } = CLOUDS[cloud]?.() ?? { names: [], goOff: () => [] };
  const [failedCalls, slow] = cloud === "the CDK stack" ? ["FailedCalls", "Slow"] : ["failed-calls", "slow"];
  /** CloudWatch divides by tool only where it is told the tool. */
  const ofTool = { "the CDK stack": `FailedCalls${WATCHED_TOOL}`, "templates/aws": `failed-calls-${WATCHED_TOOL}` }[
    cloud
  ];

  test("a tool that fails for half of its callers goes off", () => {
    expect(names).toEqual(expect.arrayContaining([failedCalls, slow]));
    expect(goOff(lines.half)).toEqual([failedCalls, ...(ofTool ? [ofTool] : [])]);
  });

  test("a tool that is seldom called, and then always fails, goes off where calls are divided by tool", () => {
    expect(goOff(lines.seldom)).toEqual([ofTool ?? failedCalls]);
  });

  test("one slow call among twenty does not, nor one that fails", () => {
    expect(lines.one.filter(({ durationMs }) => durationMs > 30_000)).toHaveLength(lines.one.length / 20);
    expect(goOff(lines.one)).toEqual([]);
  });

  test("more than one slow call among a hundred does, where there are enough to tell", () => {
    expect(goOff(lines.many)).toEqual([slow]);
  });
});
