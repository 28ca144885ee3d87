import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AuditSink, createMcpEndpoint } from "../../src/index.ts";
import { createV2Tools } from "../security/tool-servers.ts";
import { type CallOptions, callerOf, modernCall, textOf } from "../support/messages.ts";

const unhandled = vi.fn();
let told = vi.spyOn(console, "error");
beforeEach(() => {
  told = vi.spyOn(console, "error").mockImplementation(() => {});
  unhandled.mockReset();
  process.on("unhandledRejection", unhandled);
});
afterEach(() => {
  process.off("unhandledRejection", unhandled);
  vi.restoreAllMocks();
});

const SINKS: ReadonlyArray<[string, AuditSink]> = [
  [
    "throws",
    () => {
      throw new Error("disk full");
    },
  ],
  ["rejects", () => Promise.reject(new Error("disk full"))],
];

/** Node.js reports a rejection that nobody handled when the microtasks of a turn are done. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each(SINKS)("a sink that %s", (_what, audit) => {
  const call = callerOf(createMcpEndpoint({ createServer: () => createV2Tools([]), audit }, { logLevel: "silent" }));

  test.each<[string, CallOptions, string]>([
    ["call", {}, '"text":"read "'],
    // Nothing of the request's own code runs yet.
    ["refusal of its host", { headers: { host: "malformed host" } }, "The Host header is malformed."],
  ])("fails no %s and no process, and is told of", async (_which, options, text) => {
    const [message, own] = modernCall("tools/call", { name: "read" });
    const response = await call(message, { ...options, headers: { ...own.headers, ...options.headers } });
    expect(await textOf(response)).toContain(text);
    await nextTurn();
    expect(told.mock.calls).toEqual([["The audit record of request test was lost:", new Error("disk full")]]);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

test("the instance is kept running until a sink has taken its record", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const kept: Array<Promise<unknown>> = [];
  const audit = (): Promise<void> => promise;
  const call = callerOf(createMcpEndpoint({ createServer: () => createV2Tools([]), audit }, { logLevel: "silent" }));
  const [message, options] = modernCall("tools/call", { name: "read" });
  const waitUntil = (work: Promise<unknown>): void => void kept.push(work);
  expect(await textOf(await call(message, { ...options, invocation: { waitUntil } }))).toContain('"text":"read "');
  let isOver = false;
  const over = Promise.all(kept).then(() => {
    isOver = true;
  });
  await nextTurn();
  expect(isOver).toBe(false);
  resolve();
  await over;
});

test("a log whose promise is rejected ends no process, and is told of", async () => {
  const log = (): Promise<void> => Promise.reject(new Error("disk full"));
  const call = callerOf(createMcpEndpoint(() => createV2Tools([]), { log, audit: "off" }));
  expect((await call(...modernCall("server/discover"))).status).toBe(200);
  await nextTurn();
  expect(told.mock.calls).toEqual([["the record of request test could not be written:", new Error("disk full")]]);
  expect(unhandled).not.toHaveBeenCalled();
});
