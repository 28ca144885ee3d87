import fc from "fast-check";
import type { HeaderLine } from "./header-lines.ts";
import { type Json, mutated } from "./mutated-json.ts";

/** A body, and the headers that its message must have. */
export interface FuzzedBody {
  readonly body: Buffer;
  readonly headers: readonly HeaderLine[];
}

const MODERN_META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": { name: "fuzz", version: "1" },
};

const REQUESTS: ReadonlyArray<readonly [method: string, params: Record<string, Json>]> = [
  ["tools/call", { name: "echo", arguments: { text: "a" } }],
  ["tools/call", { name: "progress", arguments: {} }],
  ["tools/call", { name: "none", arguments: {} }],
  ["tools/call", { name: "fail" }],
  ["tools/list", {}],
  ["tools/list", { cursor: "x" }],
  ["prompts/get", { name: "greet", arguments: { who: "a" } }],
  ["prompts/list", {}],
  ["resources/read", { uri: "notes://1" }],
  ["resources/list", {}],
  ["resources/templates/list", {}],
  ["resources/subscribe", { uri: "notes://1" }],
  ["completion/complete", { ref: { type: "ref/prompt", name: "greet" }, argument: { name: "who", value: "" } }],
  ["logging/setLevel", { level: "debug" }],
  ["ping", {}],
  ["server/discover", {}],
  ["subscriptions/listen", { notifications: { toolsListChanged: true } }],
  ["initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "fuzz", version: "1" } }],
  ["notifications/initialized", {}],
  ["notifications/cancelled", { requestId: 1, reason: "x" }],
  ["notifications/progress", { progressToken: 1, progress: 1 }],
  ["tasks/get", { taskId: "x" }],
  ["rpc.discover", {}],
  ["", {}],
];

/** Messages of both eras as they should be, and the headers that go with them. */
const messages: fc.Arbitrary<{ message: Json; headers: HeaderLine[] }> = fc
  .record({ request: fc.constantFrom(...REQUESTS), modern: fc.boolean(), id: fc.constantFrom<Json>(1, "a", 0) })
  .map(({ request: [method, params], modern, id }) => {
    const isNotification = method.startsWith("notifications/");
    const message = { jsonrpc: "2.0", ...(!isNotification && { id }), method };
    if (!modern) return { message: { ...message, params }, headers: [["mcp-protocol-version", "2025-11-25"]] };
    const named = params.name ?? params.uri;
    const headers: HeaderLine[] = [
      ["mcp-protocol-version", "2026-07-28"],
      ["mcp-method", method],
      ...(typeof named === "string" ? [["mcp-name", named] as const] : []),
    ];
    return { message: { ...message, params: { ...params, _meta: MODERN_META } }, headers };
  });

const REPLIES: readonly Json[] = [
  { jsonrpc: "2.0", id: 1, result: {} },
  { jsonrpc: "2.0", id: "x/0", error: { code: -1, message: "no" } },
  { jsonrpc: "2.0", id: null, error: { code: -1, message: "no" } },
];

const LITERALS = [
  ...["null", "0", '""', "[]", "{}", "[[]]", "[null]", "true", "1e999"],
  ...['{"__proto__":{"method":"ping"}}', '{"id":1,"id":2}'],
];

interface Text {
  readonly text: string;
  readonly headers: readonly HeaderLine[];
}

const weighing = (weight: number, arbitrary: fc.Arbitrary<Text>): fc.WeightedArbitrary<Text> => ({ weight, arbitrary });

/** Calls whose one argument is as large as limits let in, or larger: a list of scalars, a list of texts, or one text. */
const large: fc.Arbitrary<Text> = fc
  .tuple(
    fc.constantFrom("1,", "null,", '"",', '"a",', "-1e9,", "{},", "[],"),
    fc.constantFrom(9, 9_000, 11_000, 40_000),
    fc.constantFrom("x", "€", "\\\\", '\\"', "[{,"),
    fc.boolean(),
  )
  .map(([item, times, character, isList]) => {
    const text = isList ? `[${item.repeat(times)}0]` : `"${character.repeat(times)}"`;
    const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":TEXT}}}';
    return { text: call.replace("TEXT", () => text), headers: [["mcp-protocol-version", "2025-11-25"]] };
  });

const json: fc.Arbitrary<Text> = fc.oneof(
  weighing(
    8,
    messages.map(({ message, headers }) => ({ text: JSON.stringify(message), headers })),
  ),
  weighing(
    12,
    messages.chain(({ message, headers }) =>
      mutated(message).map((changed) => ({ text: JSON.stringify(changed) ?? "", headers })),
    ),
  ),
  weighing(1, large),
  weighing(
    2,
    fc.array(messages, { maxLength: 4 }).map((batch) => ({
      text: JSON.stringify(batch.map(({ message }) => message)),
      headers: [["mcp-protocol-version", "2025-03-26"]],
    })),
  ),
  weighing(
    1,
    fc.constantFrom(...REPLIES).map((reply) => ({ text: JSON.stringify(reply), headers: [] })),
  ),
  weighing(
    1,
    fc.json().map((text) => ({ text, headers: [] })),
  ),
  weighing(
    1,
    fc.constantFrom(...LITERALS).map((text) => ({ text, headers: [] })),
  ),
  weighing(
    1,
    fc
      .tuple(fc.constantFrom("[", '{"a":', '[{"a":'), fc.integer({ min: 10, max: 20_000 }))
      .map(([unit, times]) => ({ text: unit.repeat(times), headers: [] })),
  ),
  weighing(
    1,
    fc.constantFrom(9, 60, 63, 65, 500, 20_000).map((depth) => ({
      text: `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${"[".repeat(depth)}${"]".repeat(depth)}}}`,
      headers: [],
    })),
  ),
);

/** Damages a text before it is sent, as bytes. */
const spoilt: fc.Arbitrary<(text: string) => Buffer> = fc.oneof(
  { weight: 40, arbitrary: fc.constant((text: string) => Buffer.from(text)) },
  {
    weight: 2,
    arbitrary: fc
      .double({ min: 0, max: 1, noNaN: true })
      .map((share) => (text: string) => Buffer.from(text).subarray(0, Math.floor(share * text.length))),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => (text: string) => {
      const bytes = Buffer.from(text);
      if (bytes.length > 0) bytes[at % bytes.length] = byte;
      return bytes;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      (text: string) => Buffer.from(`\ufeff${text}`),
      (text: string) => Buffer.from(text, "utf16le"),
      (text: string) => Buffer.from(`${text}\0`),
      (text: string) => Buffer.from(`${text}${text}`),
      (text: string) => Buffer.concat([Buffer.from(text), Buffer.from([0xc0, 0x80, 0xff])]),
      (text: string) => Buffer.from(text.replaceAll('"', "'")),
      (text: string) => Buffer.from(`${" ".repeat(70_000)}${text}`),
      () => Buffer.alloc(0),
    ),
  },
);

const hostileJson: fc.Arbitrary<FuzzedBody> = fc
  .tuple(json, spoilt)
  .map(([{ text, headers }, spoil]) => ({ body: spoil(text), headers }));

/** Bodies, most of them almost right. */
export const bodies: fc.Arbitrary<FuzzedBody> = fc.oneof(
  { weight: 20, arbitrary: hostileJson },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ body: Buffer.from(bytes), headers: [] })),
  },
);
