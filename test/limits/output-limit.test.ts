import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withinLimit } from "../../src/limits/output.ts";
import { ROUTES } from "../security/routes.ts";
import { messagesOf } from "../support/messages.ts";

const LIMIT = 2048;

const EACH = ROUTES.flatMap(([name, route]) => [
  [`${name}, of a server that declares nothing`, route, "off"] as const,
  [`${name}, of a server whose calls are recorded`, route, "on"] as const,
]);

describe.each(EACH)("through %s", (_name, route, audit) => {
  const guarded = route.open({}, { isOpen: true, maxOutputBytes: LIMIT, audit });

  test("an answer that is too large becomes an error of its tool", async () => {
    const { result } = await guarded.call(undefined, "big", { length: LIMIT });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("2048 bytes") }] });
    if (route.era === "modern") {
      const serverInfo = { "io.modelcontextprotocol/serverInfo": { name: "v2", version: "1.0.0" } };
      expect(result).toMatchObject({ resultType: "complete", _meta: serverInfo });
    }
  });

  test("over a stream, too, behind what came before it", async () => {
    const response = await guarded.ask(undefined, "tools/call", { name: "big_progress", arguments: { length: LIMIT } });
    expect(response.headers["content-type"]).toContain("text/event-stream");
    const messages = await messagesOf({ ...response, headers: { "content-type": "text/event-stream" } });
    const shown = messages.filter((message) => Object.keys(message).length > 0);
    expect(shown).toMatchObject([{ method: "notifications/progress" }, { result: { isError: true } }]);
  });

  test("a notification that is too large fails at the tool that sends it", async () => {
    const { result } = await guarded.call(undefined, "big_progress", { length: 1, messageLength: LIMIT });
    const text = expect.stringContaining("notifications/progress is too large: 2048 bytes are the most");
    expect(result).toMatchObject({ isError: true, content: [{ text }] });
  });

  test("one that is not stays as it is", async () => {
    for (const tool of ["big", "big_progress"]) {
      const { result } = await guarded.call(undefined, tool, { length: LIMIT - 500 });
      expect(result).toMatchObject({ content: [{ text: "x".repeat(LIMIT - 500) }] });
    }
  });
});

describe("the limit is exact", () => {
  const answerOf = (value: unknown) => ({ jsonrpc: "2.0", id: 1, result: { content: [], value } }) as const;
  const expectExact = (value: unknown): void => {
    const answer = answerOf(value);
    const bytes = Buffer.byteLength(JSON.stringify(answer));
    expect(withinLimit(answer, bytes)).toBe(answer);
    expect(withinLimit(answer, bytes - 1)).toMatchObject({ result: { isError: true } });
  };
  test.each([
    ["letters", "x".repeat(500)],
    ["control characters", "\u0000".repeat(100)],
    ["characters of several bytes", "€😀".repeat(100)],
    ["numbers", [1.7976931348623157e308, -5e-324, 0, true, null]],
    ["names", { ["ü".repeat(200)]: { "\n": [] } }],
    ["dates", [new Date(0), { toJSON: () => "y".repeat(700) }]],
    ["lists in lists", [[[["a"]]], [], [[], [["b"], {}]]]],
    ["what is left out", { nothing: undefined, list: [undefined, () => {}] }],
    ["half a character", "\ud83d".repeat(9)],
  ])("for %s", (_what, value) => {
    expectExact(value);
  });

  test("for any JSON", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    const value = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: "medium" }, fc.double(), fc.boolean(), text, tie("list"), tie("object")),
      list: fc.array(tie("value")),
      object: fc.dictionary(text, tie("value")),
    })).value;
    fc.assert(fc.property(value, expectExact), { numRuns: 1_000 });
  });

  test("an error keeps its code", () => {
    const error = { jsonrpc: "2.0", id: 1, error: { code: -32602, message: "m", data: "d".repeat(99) } } as const;
    expect(withinLimit(error, 100)).toMatchObject({
      error: { code: -32602, message: expect.stringContaining("too large") },
    });
    expect(JSON.stringify(withinLimit(error, 100))).not.toContain("ddd");
  });
});
