import { classifyInboundRequest, type InboundClassificationOutcome } from "@modelcontextprotocol/server";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { classify } from "../../src/pipeline/classify.ts";

const VERSION = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const TASK = "io.modelcontextprotocol/related-task";

type Headers = Readonly<Record<string, string>>;

const ours = (body: unknown, headers: Headers): InboundClassificationOutcome =>
  classify({ method: "POST", url: "/mcp", headers }, body).inbound;

const theirs = (body: unknown, headers: Headers): InboundClassificationOutcome =>
  classifyInboundRequest({
    httpMethod: "POST",
    body,
    ...(headers["mcp-protocol-version"] && { protocolVersionHeader: headers["mcp-protocol-version"] }),
    ...(headers["mcp-method"] && { mcpMethodHeader: headers["mcp-method"] }),
    ...(headers["mcp-name"] && { mcpNameHeader: headers["mcp-name"] }),
  });

/** Errors that the SDK finds in a 2026-07-28 request whose header and body agree on the revision. Its handler finds them, too. */
const LEFT_TO_THE_HANDLER = ["envelope-invalid", "method-header-mismatch", "initialize-with-modern-header"];

/** Holds the two against each other, and says which way it went. */
function expectSame(body: unknown, headers: Headers): string {
  const expected = theirs(body, headers);
  const actual = ours(body, headers);
  const isLeft = "cell" in expected && LEFT_TO_THE_HANDLER.includes(expected.cell) && actual.kind === "modern";
  if (!isLeft) {
    expect(actual).toEqual(expected);
    return actual.kind;
  }
  const { params } = body as { params: { _meta: Record<string, unknown> } };
  expect([headers["mcp-protocol-version"], params._meta[VERSION]]).toEqual(["2026-07-28", "2026-07-28"]);
  const classification = { era: "modern", revision: "2026-07-28" };
  expect(actual).toEqual({ kind: "modern", messageKind: "request", message: body, classification });
  return "left";
}

const MODERN = { "mcp-protocol-version": "2026-07-28" };
const LEGACY = { "mcp-protocol-version": "2025-11-25" };
const request = { jsonrpc: "2.0", id: 1, method: "tools/call" };
const meta = { [VERSION]: "2026-07-28", [CAPABILITIES]: {} };
const modern = { ...request, params: { _meta: meta } };

test.each<[string, unknown, Headers, string]>([
  ["a modern request", modern, MODERN, "modern"],
  ["a modern request for another method", modern, { ...MODERN, "mcp-method": "tools/list" }, "left"],
  [
    "a modern request without capabilities",
    { ...request, params: { _meta: { [VERSION]: "2026-07-28" } } },
    MODERN,
    "reject",
  ],
  ["a modern revision with spaces around", modern, { "mcp-protocol-version": " 2026-07-28 " }, "modern"],
  ["a legacy request", request, LEGACY, "legacy"],
  ["a legacy request without a header", { ...request, params: {} }, {}, "legacy"],
  ["a legacy request of an unknown revision", request, { "mcp-protocol-version": "2025-01-01" }, "legacy"],
  ["a modern header alone", request, MODERN, "reject"],
  ["a modern body alone", modern, {}, "modern"],
  ["a modern body with a legacy header", modern, LEGACY, "reject"],
  [
    "a revision that is a number",
    { ...request, params: { _meta: { ...meta, [VERSION]: 20260728 } } },
    MODERN,
    "reject",
  ],
  ["a revision that is nobody's", { ...request, params: { _meta: { ...meta, [VERSION]: null } } }, LEGACY, "reject"],
  ["initialize", { ...request, method: "initialize" }, LEGACY, "legacy"],
  ["initialize with a modern envelope", { ...modern, method: "initialize" }, MODERN, "modern"],
  [
    "initialize with half of one",
    { ...request, method: "initialize", params: { _meta: { [VERSION]: "2026-07-28" } } },
    MODERN,
    "reject",
  ],
  ["a notification", { jsonrpc: "2.0", method: "notifications/cancelled" }, LEGACY, "legacy"],
  ["a modern notification", { jsonrpc: "2.0", method: "notifications/cancelled" }, MODERN, "modern"],
  ["a response", { jsonrpc: "2.0", id: 1, result: {} }, LEGACY, "legacy"],
  ["an error", { jsonrpc: "2.0", id: 1, error: { code: 1, message: "" } }, LEGACY, "legacy"],
  ["a batch", [request], { "mcp-protocol-version": "2025-03-26" }, "legacy"],
  ["a batch of modern requests", [modern], MODERN, "reject"],
  ["a batch of nothing", [], LEGACY, "reject"],
  ["a related task", { ...request, params: { _meta: { [TASK]: { taskId: "t" } } } }, LEGACY, "legacy"],
  ["a related task that is none", { ...request, params: { _meta: { [TASK]: 1 } } }, LEGACY, "reject"],
  ["a field too many", { ...request, extra: 1 }, LEGACY, "reject"],
  ["an id that is a fraction", { ...modern, id: 1.5 }, MODERN, "reject"],
  ["an id that is too large", { ...request, id: 2 ** 60 }, LEGACY, "reject"],
  ["an id that is null", { ...modern, id: null }, MODERN, "reject"],
  ["an empty id", { ...modern, id: "" }, MODERN, "modern"],
  ["a progress token that is a fraction", { ...request, params: { _meta: { progressToken: 0.5 } } }, LEGACY, "reject"],
  ["params that are a list", { ...request, params: [] }, LEGACY, "reject"],
  ["params that are null", { ...request, params: null }, LEGACY, "reject"],
  ["an envelope that is a list", { ...request, params: { _meta: [] } }, LEGACY, "reject"],
  ["an envelope that is null", { ...request, params: { _meta: null } }, LEGACY, "reject"],
  ["a prototype as a field", JSON.parse('{"jsonrpc":"2.0","id":1,"method":"ping","__proto__":{}}'), LEGACY, "reject"],
  ["no object", "tools/call", LEGACY, "reject"],
])("%s is of the era that the SDK says", (_what, body, headers, way) => {
  expect(expectSame(body, headers)).toBe(way);
});

const token = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, 2 ** 60, -0, {}, []),
);
const version = fc.constantFrom(
  "2026-07-28",
  "2025-11-25",
  "2025-03-26",
  "2024-11-05",
  "2030-01-01",
  " 2025-11-25",
  "",
);
const oddity = fc.oneof(token, version, fc.constantFrom({ taskId: "t" }, [request], meta, "tools/call", "initialize"));

/** Fields of a request, by the path to them. */
const PATHS = [
  ...["jsonrpc", "id", "method", "params", "result", "error", "extra", "__proto__"].map((name) => [name]),
  ...["name", "_meta", "__proto__"].map((name) => ["params", name]),
  ...[VERSION, CAPABILITIES, TASK, "progressToken", "__proto__"].map((name) => ["params", "_meta", name]),
];

/** As a parser sets it: a field of the object's own, whatever its name. Undefined is left out of the JSON. */
function put(target: unknown, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (typeof target !== "object" || target === null) return;
  if (rest.length > 0) put((target as Record<string, unknown>)[name], rest, value);
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

test("and so is whatever chance makes of a request", () => {
  const seen = new Set<string>();
  const property = fc.property(
    fc.constantFrom(modern, { ...request, params: { _meta: { progressToken: 1 } } }),
    fc.array(fc.tuple(fc.constantFrom(...PATHS), fc.option(oddity, { nil: undefined })), { maxLength: 3 }),
    fc.record(
      { "mcp-protocol-version": version, "mcp-method": fc.constantFrom("tools/call", "x") },
      { requiredKeys: [] },
    ),
    (base, changes, headers) => {
      const body: unknown = structuredClone(base);
      for (const [path, value] of changes) put(body, path, structuredClone(value));
      // As it comes out of a body: without what JSON does not have.
      seen.add(expectSame(JSON.parse(JSON.stringify(body)), headers));
    },
  );
  fc.assert(property, { numRuns: 5_000 });
  expect(seen).toEqual(new Set(["modern", "legacy", "left", "reject"]));
});
