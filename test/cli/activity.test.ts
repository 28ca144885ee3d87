import { describe, expect, test } from "vitest";
import { createActivity } from "../../cli/dev/activity.ts";
import { eventsIn, namesIn, toErrorText } from "../../cli/dev/observer/observed-text.ts";
import { partsOf } from "../../cli/dev/output-line.ts";

const line = (requestId: string, event: object): string => JSON.stringify({ message: "dev", requestId, ...event });

describe("the activity of dev", () => {
  test("keeps the last 500 requests and 1,000 lines", () => {
    const activity = createActivity();
    for (let index = 1; index <= 600; index++) {
      activity.take("aws", line(`r${index}`, { event: "opened", at: index, pid: 1, httpMethod: "POST", path: "/mcp" }));
    }
    for (let index = 1; index <= 1_100; index++) activity.take("gcp", `line ${index}`);
    expect(activity.requests().map(({ requestId }) => requestId)).toEqual(
      Array.from({ length: 500 }, (_, index) => `r${index + 101}`),
    );
    expect(activity.log().map(({ text }) => text)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => `line ${index + 101}`),
    );
  });

  test("keeps the last 200 events of a stream, and counts all", () => {
    const activity = createActivity();
    activity.take("aws", line("r", { event: "opened", at: 1_000, pid: 1, httpMethod: "GET", path: "/mcp" }));
    for (let index = 1; index <= 300; index++) {
      activity.take("aws", line("r", { event: "sent", at: 1_000 + index, kind: "result", bytes: 1 }));
    }
    const [view] = activity.requests();
    expect(view?.eventCount).toBe(300);
    expect(view?.events.map(({ afterMs }) => afterMs)).toEqual(Array.from({ length: 200 }, (_, index) => index + 101));
  });

  test("keeps the last 200 operations of the store, each after the request's beginning", () => {
    const activity = createActivity();
    activity.take("aws", line("r", { event: "opened", at: 1_000, pid: 1, httpMethod: "POST", path: "/mcp" }));
    for (let index = 1; index <= 300; index++) {
      const operation = { at: 1_000 + index, durationMs: 0.5, kind: "read", subject: "session" };
      activity.take("aws", line("r", { event: "stored", ...operation }));
    }
    const [view] = activity.requests();
    expect(view?.operations).toHaveLength(200);
    expect(view?.operations.at(-1)).toEqual({ afterMs: 300, durationMs: 0.5, kind: "read", subject: "session" });
  });

  test("requests of two ingresses with one id are two", () => {
    const activity = createActivity();
    for (const cloud of ["aws", "gcp"] as const) {
      activity.take(cloud, line("r", { event: "closed", at: 1, reads: 1, writes: 2 }));
    }
    expect(activity.requests().map(({ cloud, reads, writes }) => [cloud, reads, writes])).toEqual([
      ["aws", 1, 2],
      ["gcp", 1, 2],
    ]);
  });

  test("what a server wrote without a line feed is a line of its own, before what the toolkit writes", () => {
    const event = line("r", { event: "closed", at: 1, reads: 1, writes: 2 });
    expect(partsOf(`rest... ${event}`)).toEqual(["rest... ", event]);
    const record = JSON.stringify({ schema: 1, time: "2026-01-01T00:00:00.000Z", message: "request" });
    expect(partsOf(`{ "a": 1 }${record}`)).toEqual(['{ "a": 1 }', record]);
    for (const whole of [event, record, 'said {"message":"dev","requestId":}', "text"])
      expect(partsOf(whole)).toEqual([whole]);
  });

  test("a line that only looks like one of the observer is a line of the log", () => {
    const activity = createActivity();
    expect(activity.take("aws", 'said {"message":"dev","requestId":}')).toMatchObject({ kind: "text" });
    expect(activity.requests()).toEqual([]);
  });
});

describe("the observer", () => {
  test.each([
    [": keepalive\n\n", ["heartbeat"]],
    ["retry: 500\n\n", ["reconnection time"]],
    [
      'id: 1\nevent: message\ndata: {"method":"notifications/progress"}\n\ndata: {"id":1,"result":{}}\n\n',
      ["notifications/progress", "result"],
    ],
    ['data: {"id":1,"error":{}}\n\n', ["error"]],
    ['data: {"id":1,"method":"elicitation/create"}\n\n', ["elicitation/create"]],
  ])("tells the events of %j", (chunk, kinds) => {
    expect(eventsIn(chunk).map(({ kind }) => kind)).toEqual(kinds);
  });

  test("tells a message's method and the name in it, and no argument", () => {
    const message = { method: "tools/call", params: { name: "greet", arguments: { name: "Ada" } } };
    expect(namesIn(JSON.stringify(message))).toEqual({ mcpMethod: "tools/call", mcpName: "greet" });
    expect(namesIn('{"id":1,"result":{}}')).toBeUndefined();
    expect(namesIn("no JSON")).toBeUndefined();
  });

  test("tells the user's part of a stack, and bounds it", () => {
    const error = new TypeError("m".repeat(20_000));
    error.stack =
      "TypeError: m\n    at own (/p/server.ts:1:2)\n    at its (/p/node_modules/a/b.js:1:2)\n    at node:internal:1";
    expect(toErrorText(error)).toHaveLength(8_000);
    error.message = "m";
    expect(toErrorText(error)).toBe("TypeError: m\n    at own (/p/server.ts:1:2)");
    expect(toErrorText("text")).toBe("thrown: text");
  });
});
