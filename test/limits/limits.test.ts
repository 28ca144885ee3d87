import fc from "fast-check";
import { expect, test } from "vitest";
import type { HttpResponse } from "../../src/adapter.ts";
import { headerProblem } from "../../src/limits/headers.ts";
import { messageProblem } from "../../src/limits/json.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { instanceOf, withOptions } from "../protocol-2026/instances.ts";
import { legacyRequest, modernCall, textOf } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const call = instanceOf(createV2Server, { maxHeaderBytes: 2048, maxJsonDepth: 10, maxJsonKeys: 100 });
const said = async (response: HttpResponse): Promise<unknown> => {
  const { error, id } = JSON.parse(await textOf(response));
  return [response.status, error?.code, error?.message, id];
};
const echo = (args: object): object => legacyRequest("tools/call", { name: "echo", arguments: args });

test.each([
  ["a", 100],
  ["é", 200],
  ["€", 300],
  ["😀", 400],
])("headers are let in up to their sum, names and values, in bytes: a hundred times %s", (character, bytes) => {
  const headers = { host: "mcp.example", "x-long": character.repeat(100) };
  const sum = 4 + 11 + 6 + bytes;
  const sent = { method: "POST", url: "/mcp", headers };
  expect(headerProblem(sent, { maxHeaderBytes: sum })).toBeUndefined();
  expect(headerProblem(sent, { maxHeaderBytes: sum - 1 })?.status).toBe(431);
});

test("headers that are too large are refused before anything is read of them, on every path", async () => {
  const headers = { "x-large": "a".repeat(2048), host: "malformed host" };
  const message = "The headers are too large: 2048 bytes are the most that is accepted.";
  for (const url of ["/mcp", "/health", "/elsewhere"]) {
    expect(await said(await call(echo({ text: "a" }), { headers, url }))).toEqual([431, -32000, message, null]);
  }
});

const nested = (levels: number): unknown => {
  let value: unknown = [];
  for (let level = 1; level < levels; level++) value = level % 2 ? { a: value } : [value];
  return value;
};

test("messages are let in up to their depth, and refused beyond, however deep", async () => {
  const limits = { maxJsonDepth: 10, maxJsonKeys: 1_000_000 };
  expect(messageProblem(nested(10), limits)).toBeUndefined();
  expect(messageProblem(nested(11), limits)?.status).toBe(400);
  const sent = echo({ text: "a", more: nested(8) });
  const message = "Invalid request: it is nested deeper than 10 levels.";
  expect(await said(await call(sent))).toEqual([400, -32600, message, (sent as { id: number }).id]);
  const bottomless = `${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}`;
  expect(await said(await call(undefined, { body: bottomless }))).toEqual([400, -32600, message, null]);
});

test("messages are let in up to so many members", async () => {
  const limits = { maxJsonDepth: 10, maxJsonKeys: 5 };
  const members = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 0]));
  expect(messageProblem({ params: members(4) }, limits)).toBeUndefined();
  expect(messageProblem({ params: members(5) }, limits)?.status).toBe(400);
  expect(messageProblem({ params: { list: [{ a: 1 }, {}] } }, limits)).toBeUndefined();
  expect(messageProblem({ params: { list: [[], [], [], []] } }, limits)?.status).toBe(400);
  expect(messageProblem({ params: { vector: Array(1000).fill(0) } }, limits)).toBeUndefined();
  const message = "Invalid request: it has more than 100 members.";
  expect(await said(await call(echo(members(100))))).toMatchObject([400, -32600, message, expect.any(Number)]);
});

test("a check that has the message's text decides as the full check does", () => {
  const odd = fc.constantFrom<unknown>("{[{[{", '"[{', [], {}, [[]], [{}, {}], { "": 0 }, { "": [] });
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 6 }),
    fc.array(odd),
    fc.dictionary(fc.constantFrom("", "{", "["), odd),
  );
  const limits = fc.record({
    maxJsonDepth: fc.integer({ min: 1, max: 8 }),
    maxJsonKeys: fc.integer({ min: 1, max: 40 }),
  });
  let refused = 0;
  const property = fc.property(value, limits, (message, small) => {
    const expected = messageProblem(message, small);
    if (expected) refused++;
    expect(messageProblem(message, small, JSON.stringify(message))).toEqual(expected);
  });
  fc.assert(property, { numRuns: 3_000 });
  expect(refused).toBeGreaterThan(0);
});

test("hosts are checked one by one, also the host of the previous request", async () => {
  const known = instanceOf(createV2Server, { allowedHosts: ["a.example"] });
  const other = instanceOf(createV2Server, { allowedHosts: ["b.example"] });
  const statuses: number[][] = [];
  for (const host of ["a.example", "b.example", "a.example:1", "a.example:99999", "a.example:99999", "a.example"]) {
    const sent = { headers: { host } };
    const answers = [await known(echo({ text: "a" }), sent), await other(echo({ text: "a" }), sent)];
    statuses.push(answers.map(({ status }) => status));
  }
  const [first, second, neither] = [
    [200, 403],
    [403, 200],
    [403, 403],
  ];
  expect(statuses).toEqual([first, second, first, neither, neither, first]);
});

const long = (length: number): string => "x".repeat(length);

test.each([
  ["id", 256, (text: string) => ({ jsonrpc: "2.0", id: text, method: "ping" })],
  ["id", 256, (id: string) => ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } })],
  ["id", 256, (id: string) => ({ jsonrpc: "2.0", id: 1, method: "tasks/get", params: { taskId: id } })],
  ["id", 256, (id: string) => ({ jsonrpc: "2.0", id: 1, method: "ping", params: { _meta: { progressToken: id } } })],
  [
    "id",
    256,
    (id: string) => [
      { jsonrpc: "2.0", id: 1, method: "ping" },
      { jsonrpc: "2.0", id, result: {} },
    ],
  ],
  ["method", 128, (method: string) => ({ jsonrpc: "2.0", id: 1, method })],
  ["name", 256, (name: string) => ({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name } })],
])("an %s has at most %i characters", (what, length, message) => {
  const limits = { maxJsonDepth: 64, maxJsonKeys: 100 };
  expect(messageProblem(message(long(length)), limits)).toBeUndefined();
  const refused = messageProblem(message(long(length + 1)), limits);
  expect(refused?.status).toBe(400);
  expect(refused?.body).toMatch(new RegExp(`a?n? ?${what} has at most ${length} characters`));
  // The response does not repeat a name that is too long.
  expect(refused?.body).not.toContain(long(200));
});

test("a batch is let in up to 50 messages, where there are batches", async () => {
  const { open } = startInstances(createV2Server);
  const session = await open({ protocolVersion: "2025-03-26" });
  const batch = (count: number): object[] => Array.from({ length: count }, () => legacyRequest("ping"));
  const answered = await session.send(0, batch(50));
  expect([answered.status, JSON.parse(await textOf(answered)).length]).toEqual([200, 50]);
  const refused = await session.send(0, batch(51));
  expect(await said(refused)).toEqual([400, -32600, "Invalid request: a batch has at most 50 messages.", null]);
});

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
      const isRefused = messageProblem(message, limits) !== undefined;
      // A value that is refused is refused inside a larger one, too.
      if (isRefused && !Array.isArray(message)) expect(messageProblem({ inside: message }, limits)).toBeDefined();
      if (!isRefused) expect(messageProblem(message, { maxJsonDepth: 7, maxJsonKeys: 21 })).toBeUndefined();
    }),
  );
});
