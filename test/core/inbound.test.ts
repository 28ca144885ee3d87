import { classifyInboundRequest } from "@modelcontextprotocol/server";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { classify } from "../../src/inbound.ts";

const VERSION = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const TASK = "io.modelcontextprotocol/related-task";

type Headers = Readonly<Record<string, string>>;

const ours = (body: unknown, headers: Headers): unknown => classify({ method: "POST", url: "/mcp", headers }, body);

const theirs = (body: unknown, headers: Headers): ReturnType<typeof classifyInboundRequest> =>
  classifyInboundRequest({
    httpMethod: "POST",
    body,
    ...(headers["mcp-protocol-version"] && { protocolVersionHeader: headers["mcp-protocol-version"] }),
    ...(headers["mcp-method"] && { mcpMethodHeader: headers["mcp-method"] }),
    ...(headers["mcp-name"] && { mcpNameHeader: headers["mcp-name"] }),
  });

/**
 * The era, or why it is none. Of a 2026-07-28 request whose revision is plain, the rest of the envelope and the headers that
 * repeat the body are left to who serves it, who refuses it in the same words.
 */
function expectSame(body: unknown, headers: Headers): void {
  const expected = theirs(body, headers);
  const actual = ours(body, headers) as typeof expected;
  const isLeft = expected.kind !== "modern" && expected.kind !== "legacy" && actual.kind === "modern";
  if (isLeft) expect(["envelope", "era-classification"]).toContain((expected as { rung?: string }).rung);
  else expect(actual).toEqual(expected);
}

const request = { jsonrpc: "2.0", id: 1, method: "tools/call" };
const meta = { [VERSION]: "2026-07-28", [CAPABILITIES]: {} };

test.each<[string, unknown, Headers]>([
  ["a modern request", { ...request, params: { _meta: meta } }, { "mcp-protocol-version": "2026-07-28" }],
  ["a legacy request", request, { "mcp-protocol-version": "2025-11-25" }],
  ["a legacy request without a header", { ...request, params: {} }, {}],
  ["a legacy request of an unknown revision", request, { "mcp-protocol-version": "2025-01-01" }],
  ["a modern header alone", request, { "mcp-protocol-version": "2026-07-28" }],
  ["a modern body alone", { ...request, params: { _meta: meta } }, {}],
  [
    "a modern body with a legacy header",
    { ...request, params: { _meta: meta } },
    { "mcp-protocol-version": "2025-11-25" },
  ],
  ["initialize", { ...request, method: "initialize" }, { "mcp-protocol-version": "2025-11-25" }],
  [
    "initialize with a modern envelope",
    { ...request, method: "initialize", params: { _meta: meta } },
    { "mcp-protocol-version": "2026-07-28" },
  ],
  ["a notification", { jsonrpc: "2.0", method: "notifications/cancelled" }, { "mcp-protocol-version": "2025-11-25" }],
  ["a response", { jsonrpc: "2.0", id: 1, result: {} }, { "mcp-protocol-version": "2025-11-25" }],
  ["a batch", [request], { "mcp-protocol-version": "2025-03-26" }],
  [
    "a related task that is none",
    { ...request, params: { _meta: { [TASK]: 1 } } },
    { "mcp-protocol-version": "2025-11-25" },
  ],
  ["a field too many", { ...request, extra: 1 }, { "mcp-protocol-version": "2025-11-25" }],
  [
    "a prototype as a field",
    JSON.parse('{"jsonrpc":"2.0","id":1,"method":"ping","__proto__":{}}'),
    { "mcp-protocol-version": "2025-11-25" },
  ],
])("%s is of the era that the SDK says", (_what, body, headers) => {
  expectSame(body, headers);
});

test("and so is whatever chance makes of a request", () => {
  const token = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.constant(2 ** 60),
  );
  const version = fc.constantFrom("2026-07-28", "2025-11-25", "2025-03-26", "2024-11-05", "2030-01-01", "x", "");
  const anyMeta = fc.oneof(
    fc.constantFrom(null, [], "text"),
    fc.record(
      {
        [VERSION]: fc.oneof(version, fc.integer()),
        [CAPABILITIES]: fc.constantFrom({}, null, { elicitation: {} }),
        progressToken: token,
        [TASK]: fc.constantFrom({ taskId: "t" }, {}, 1),
      },
      { requiredKeys: [] },
    ),
  );
  const params = fc.oneof(
    fc.constantFrom(null, [], "text", {}),
    fc.record({ name: token, _meta: anyMeta }, { requiredKeys: [] }),
  );
  const body = fc.record(
    {
      jsonrpc: fc.constantFrom("2.0", "1.0"),
      id: token,
      method: fc.constantFrom("tools/call", "initialize", "server/discover", "", 1),
      params,
      result: fc.constant({}),
      extra: fc.constant(1),
    },
    { requiredKeys: ["jsonrpc"] },
  );
  const headers = fc.record(
    { "mcp-protocol-version": version, "mcp-method": fc.constantFrom("tools/call", "tools/list") },
    { requiredKeys: [] },
  );
  const property = fc.property(body, headers, (one, names) => {
    // As it comes out of a body: without what JSON does not have.
    expectSame(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(names)));
  });
  fc.assert(property, { numRuns: 2_000 });
});
