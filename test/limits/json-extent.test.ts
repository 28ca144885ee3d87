import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { HttpResponse } from "../../src/adapter.ts";
import { textProblem } from "../../src/limits/json.ts";
import type { JsonLimits } from "../../src/limits/json-extent.ts";
import { instanceOf, withOptions } from "../protocol-2026/instances.ts";
import { legacyRequest, modernCall } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";
import { refusalIn } from "./refusal.ts";

const call = instanceOf(createV2Server, { maxJsonDepth: 10, maxJsonKeys: 100 });
const echo = (args: object): object => legacyRequest("tools/call", { name: "echo", arguments: args });

const extentOf = (message: unknown, limits: JsonLimits): HttpResponse | undefined =>
  textProblem(JSON.stringify(message), limits);

const nested = (levels: number): unknown => {
  let value: unknown = [];
  for (let level = 1; level < levels; level++) value = level % 2 ? { a: value } : [value];
  return value;
};

test("messages are let in up to their depth, and refused beyond, however deep", async () => {
  const limits = { maxJsonDepth: 10, maxJsonKeys: 1_000_000 };
  expect(extentOf(nested(10), limits)).toBeUndefined();
  expect(extentOf(nested(11), limits)?.status).toBe(400);
  const sent = echo({ text: "a", more: nested(8) });
  const message = "Invalid request: it is nested deeper than 10 levels.";
  expect(await refusalIn(await call(sent))).toEqual([400, -32600, message, (sent as { id: number }).id]);
  const bottomless = `${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}`;
  expect(await refusalIn(await call(undefined, { body: bottomless }))).toEqual([400, -32600, message, null]);
});

test("messages are let in up to so many members and items of lists", async () => {
  const limits = { maxJsonDepth: 10, maxJsonKeys: 5 };
  const members = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 0]));
  expect(extentOf({ params: members(4) }, limits)).toBeUndefined();
  expect(extentOf({ params: members(5) }, limits)?.status).toBe(400);
  expect(extentOf({ params: { list: [{ a: 1 }, {}] } }, limits)).toBeUndefined();
  expect(extentOf({ params: { list: [[], [], [], []] } }, limits)?.status).toBe(400);
  for (const item of [0, "a,b", null, true, {}, []]) {
    expect(extentOf({ params: Array(4).fill(item) }, limits)).toBeUndefined();
    expect(extentOf({ params: Array(5).fill(item) }, limits)?.status).toBe(400);
  }
  const message = "Invalid request: it has more than 100 members and items of lists.";
  expect(await refusalIn(await call(echo(members(100))))).toMatchObject([400, -32600, message, expect.any(Number)]);
});

test("a long list is refused before a schema sees it, and before it is parsed", async () => {
  const server = instanceOf(createV2Server, {});
  const body = JSON.stringify({
    ...{ jsonrpc: "2.0", id: "list", method: "tools/call" },
    params: { name: "echo", arguments: { text: "LIST" } },
  }).replace('"LIST"', `[${"1,".repeat(1_999_900)}1]`);
  const parse = vi.spyOn(JSON, "parse");
  const response = await server(undefined, { body });
  const parsedBytes = parse.mock.calls.map(([text]) => text.length);
  parse.mockRestore();
  expect(Math.max(0, ...parsedBytes)).toBeLessThan(1000);
  const message = "Invalid request: it has more than 10000 members and items of lists.";
  expect(await refusalIn(response)).toEqual([400, -32600, message, "list"]);
});

test.each([
  ["first", `{"id":"a","params":LONG}`, "a"],
  ["behind other short members", `{ "jsonrpc": "2.0", "method": "x", "id": 7, "params": LONG }`, 7],
  ["last", `{"method":"x","params":LONG,"jsonrpc":"2.0","id":8}\n`, 8],
  ["in the middle", `{"params":LONG,"id":9,"more":LONG}`, null],
  ["only of something inside", `{"params":{"id":9,"more":LONG}}`, null],
  ["only in a string", `{"params":LONG,"text":",\\"id\\":9}"}`, null],
  ["of a message in a batch", `[{"params":LONG,"id":9}]`, null],
  ["too large to be exact", `{"params":LONG,"id":9007199254740993}`, null],
])("the id of a message that is too much to parse is echoed when it stands %s", (_where, text, id) => {
  const body = text.replaceAll("LONG", JSON.stringify(Array(100).fill(0)));
  expect(JSON.parse(body)).toBeDefined();
  const refused = textProblem(body, { maxJsonDepth: 10, maxJsonKeys: 50 });
  expect(JSON.parse(String(refused?.body)).id).toBe(id);
});

test.each([`{"id":007,"params":LONG}`, `{"id":"a\nb","params":LONG}`, `{"params":LONG,"id":"\0"}`])(
  "what is no id in JSON does not become one, nor a failure: %s",
  (text) => {
    const body = text.replace("LONG", JSON.stringify(Array(100).fill(0)));
    const refused = textProblem(body, { maxJsonDepth: 10, maxJsonKeys: 50 });
    expect([refused?.status, JSON.parse(String(refused?.body)).id]).toEqual([400, null]);
  },
);

/** Counts a parsed value, as the check of its text has to. */
function countOf(value: unknown): { depth: number; elements: number } {
  if (typeof value !== "object" || value === null) return { depth: 0, elements: 0 };
  const inside = Object.values(value);
  const counts = inside.map(countOf);
  return {
    depth: 1 + Math.max(0, ...counts.map(({ depth }) => depth)),
    elements: counts.reduce((sum, { elements }) => sum + elements, inside.length),
  };
}

test("the text of a message is counted as its value would be", () => {
  const odd = fc.constantFrom<unknown>(
    "{[{[{",
    '"[{',
    "\\",
    '\\"',
    ",,",
    [],
    {},
    [[]],
    [{}, {}],
    { "": 0 },
    { "": [] },
  );
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 6 }),
    fc.array(odd),
    fc.dictionary(fc.constantFrom("", "{", "[", '"', "\\"), odd),
  );
  const limits = fc.record({
    maxJsonDepth: fc.integer({ min: 1, max: 8 }),
    maxJsonKeys: fc.integer({ min: 1, max: 40 }),
  });
  let refused = 0;
  const property = fc.property(value, limits, fc.constantFrom(undefined, 2, "\t"), (message, small, space) => {
    const { depth, elements } = countOf(message);
    const isTooMuch = depth > small.maxJsonDepth || elements > small.maxJsonKeys;
    if (isTooMuch) refused++;
    expect(textProblem(JSON.stringify(message, undefined, space), small) !== undefined).toBe(isTooMuch);
  });
  fc.assert(property, { numRuns: 3_000 });
  expect(refused).toBeGreaterThan(0);
});

test.each(["{", '"', "\\", '"\\', "[,", '{"', ",", ""])(
  "a text of nothing but %s is read once, whatever it is",
  (unit) => {
    const text = unit.repeat(500_000);
    const limits = { maxJsonDepth: 1_000_000, maxJsonKeys: 10_000_000 };
    const started = performance.now();
    for (let at = 0; at < text.length; at++) if (text[at] === "\0") throw new Error("no text has this");
    const once = performance.now() - started;
    const before = performance.now();
    textProblem(text, limits);
    expect(performance.now() - before).toBeLessThan(20 * once + 50);
  },
);

test("calls of both eras within the limits are served", async () => {
  expect((await call(echo({ text: "a" }))).status).toBe(200);
  expect((await call(...modernCall("tools/call", { name: "echo", arguments: { text: "a" } }))).status).toBe(200);
  const [message, options] = modernCall("tools/call", { name: "echo", arguments: { text: "a", more: nested(9) } });
  expect((await call(...withOptions([message, options], {}))).status).toBe(400);
});

test("any JSON has a verdict that is the same however it is asked for", () => {
  const limits = { maxJsonDepth: 6, maxJsonKeys: 20 };
  fc.assert(
    fc.property(fc.json({ maxDepth: 10 }), (text) => {
      const message: unknown = JSON.parse(text);
      const isRefused = extentOf(message, limits) !== undefined;
      // A value that is refused is refused inside a larger one, too.
      if (isRefused && !Array.isArray(message)) expect(extentOf({ inside: message }, limits)).toBeDefined();
      if (!isRefused) expect(extentOf(message, { maxJsonDepth: 7, maxJsonKeys: 21 })).toBeUndefined();
    }),
  );
});
