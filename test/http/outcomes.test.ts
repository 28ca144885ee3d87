import { describe, expect, test } from "vitest";
import type { RequestRecord } from "../../src/adapter.ts";
import type { ServerDefinition } from "../../src/index.ts";
import { type Guarded, ROUTES, type Route, type Who } from "../security/routes.ts";
import { type CallOptions, textOf } from "../support/messages.ts";

const ada: Who = { sub: "ada" };
const OF_MESSAGE = "0af7651916cd43dd8448eb211c80319c";
const OF_HEADER = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = (traceId: string): string => `00-${traceId}-b7ad6b7169203331-01`;

interface Logged extends Guarded {
  readonly log: RequestRecord[];
}

function open(route: Route, rules: Partial<ServerDefinition> = {}): Logged {
  const log: RequestRecord[] = [];
  const guarded = route.open(rules, { logLevel: "info", log: (record) => log.push(record), maxOutputBytes: 2048 });
  return { ...guarded, log };
}

async function lineOf(
  { ask, log }: Logged,
  who: Who | undefined,
  params: object,
  options?: CallOptions,
): Promise<RequestRecord | undefined> {
  await textOf(await ask(who, "tools/call", params, options));
  return log.at(-1);
}

describe.each(ROUTES)("the log line of a call through %s", (_name, route) => {
  test.each([
    ["a tool that works", "read", {}, { mcpName: "read", outcome: "ok" }],
    ["a tool that fails", "fail", {}, { mcpName: "fail", outcome: "tool_error" }],
    ["a tool that is not there", "nothing", {}, { mcpName: "_OTHER", outcome: "protocol_error", errorCode: -32602 }],
    [
      "a tool that sends notifications before its result",
      "big_progress",
      { length: 1 },
      { mcpName: "big_progress", outcome: "ok" },
    ],
  ])("tells %s", async (_what, name, args, fields) => {
    const line = await lineOf(open(route), ada, { name, arguments: args });
    expect(line).toMatchObject({ status: 200, ...fields });
  });

  test("tells a caller who is not let in, and one whom the policy denies", async () => {
    expect(await lineOf(open(route), undefined, { name: "read" })).toMatchObject({ status: 401, outcome: "refused" });
    const policy = { decide: () => ({ allowed: false, policies: [] }) };
    const denied = await lineOf(open(route, { policy }), ada, { name: "write", arguments: {} });
    expect(denied).toMatchObject({ status: 200, outcome: "refused" });
  });

  test("has the trace of the message, and the trace of the HTTP request as a link", async () => {
    const guarded = open(route);
    const both = { name: "read", arguments: {}, _meta: { traceparent: traceparent(OF_MESSAGE) } };
    const headers = { traceparent: traceparent(OF_HEADER) };
    const traces = async (params: object, options?: CallOptions): Promise<unknown[]> => {
      const line = await lineOf(guarded, ada, params, options);
      const record = guarded.records.at(-1);
      const found = [line?.traceId, line?.linkedTraceId];
      expect([record?.traceId, record?.linkedTraceId]).toEqual(found);
      expect(line).not.toHaveProperty("traceparent");
      return found;
    };
    const { _meta, ...without } = both;
    expect(await traces(both, { headers })).toEqual([OF_MESSAGE, OF_HEADER]);
    expect(await traces(both)).toEqual([OF_MESSAGE, undefined]);
    expect(await traces(without, { headers })).toEqual([OF_HEADER, undefined]);
    const same = { headers: { traceparent: traceparent(OF_MESSAGE) } };
    expect(await traces(both, same)).toEqual([OF_MESSAGE, undefined]);
    for (const invalid of [
      7,
      "canary",
      `ff-${OF_MESSAGE}-b7ad6b7169203331-01`,
      `00-${OF_MESSAGE}-0000000000000000-01`,
    ]) {
      const params = { ...without, _meta: { traceparent: invalid } };
      expect(await traces(params, { headers })).toEqual([OF_HEADER, undefined]);
    }
  });
});
