import fc from "fast-check";

export type HeaderLine = readonly [name: string, value: string];

/** The caller of most requests, and of every session on the endpoint that authenticates callers. */
export const USER = "ada";

const ODD_VALUES = [
  "",
  " ",
  ",",
  ";",
  "null",
  "0",
  "-1",
  "é€",
  "\u00ff\u0080",
  "a\tb",
  "__proto__",
  '"',
  '"unclosed',
  "a".repeat(4_000),
  "a".repeat(20_000),
  "9".repeat(400),
  "\u0000",
  "a\r\n b",
  "%0d%0aset-cookie: x=1",
];

const VALUES: Readonly<Record<string, readonly string[]>> = {
  "content-type": [
    "application/json; charset=utf-16",
    "application/json;",
    "APPLICATION/JSON",
    "application/json, text/html",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/vnd.api+json",
    "json",
    "application/x-www-form-urlencoded",
  ],
  accept: ["*/*", "text/event-stream", "application/json", "text/html;q=0", "nothing", "*/*;q=x"],
  "mcp-protocol-version": [
    "2026-07-28",
    "2025-11-25",
    "2025-03-26",
    "2024-11-05",
    "1",
    "9999-99-99",
    "2025-11-25, 2026-07-28",
  ],
  "mcp-method": ["tools/call", "initialize", "subscriptions/listen", "Tools/Call"],
  "mcp-name": ["echo", "none", "=?base64?ZWNobw==?=", "=?base64?%%?="],
  "mcp-session-id": ["none", "00000000-0000-0000-0000-000000000000", "../../x", "a/b"],
  "last-event-id": ["1", "x/1/0", "00000000-0000-0000-0000-000000000000/0/0", "-1/-1/-1", "news/0/0"],
  host: ["localhost", "evil.example", "[::1]:80", "a:b:c", "mcp.example:99999", "@", "mcp.example, evil.example"],
  origin: [
    "null",
    "https://evil.example",
    "http://localhost",
    "file://",
    "https://app.example",
    "https://app.example/x",
  ],
  authorization: [
    "Bearer",
    "Bearer ",
    "Bearer ada",
    "bearer ada",
    "Basic YTpi",
    "Bearer a b",
    "Bearer a, Bearer b",
    "Bearer ..",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
  ],
  "content-encoding": ["gzip", "br", "identity", "deflate, gzip"],
  expect: ["100-continue", "200-maybe"],
  traceparent: ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0-0-0", "x"],
  cookie: ["a=1; b=2", ";;;", "="],
  upgrade: ["websocket", "h2c"],
  "access-control-request-headers": ["mcp-param-x, authorization", "x\ty", ",,,"],
  "access-control-request-method": ["POST", "BREW"],
  "x-forwarded-for": ["203.0.113.9", "a, b, c", "::1"],
  "x-forwarded-host": ["evil.example"],
  "x-http-method-override": ["DELETE", "BREW"],
  "x-ms-client-principal": ["e30=", "%", "bnVsbA=="],
  "x-goog-iap-jwt-assertion": ["a.b.c"],
  "mcp-param-x": ["1", "=?base64?w6k=?="],
};

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.keys(VALUES)) },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "x-é", "x y", ":method", "") },
  { weight: 1, arbitrary: fc.stringMatching(/^[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,20}$/) },
);

const line: fc.Arbitrary<HeaderLine> = name.chain((chosen) =>
  fc
    .oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(...(Object.hasOwn(VALUES, chosen) ? (VALUES[chosen] ?? []) : ODD_VALUES)),
      },
      { weight: 2, arbitrary: fc.constantFrom(...ODD_VALUES) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
    )
    .map((value): HeaderLine => [chosen, value]),
);

/**
 * The headers that a message must have, with some left out, some twice, and others added. Upper case, too: names of
 * headers have none (RFC 9110 §5.1).
 */
export const headerLines = (right: readonly HeaderLine[], session: string): fc.Arbitrary<HeaderLine[]> =>
  fc
    .record({
      kept: fc.array(fc.integer({ min: 0, max: 29 }), { minLength: 12, maxLength: 12 }),
      added: fc.oneof(fc.constant([]), fc.array(line, { maxLength: 3 })),
      inSession: fc.boolean(),
      user: fc.constantFrom(USER, USER, USER, undefined),
      shouts: fc.boolean(),
      flood: fc.integer({ min: 0, max: 200 }),
    })
    .map(({ kept, added, inSession, user, shouts, flood }) => {
      const base: HeaderLine[] = [
        ["host", "localhost"],
        ["content-type", "application/json"],
        ["accept", "application/json, text/event-stream"],
        ...right,
        ...(inSession ? [["mcp-session-id", session] as const] : []),
        ...(user ? [["authorization", `Bearer ${user}`] as const] : []),
      ];
      // One in thirty is missing, one in thirty comes twice.
      const lines = base.flatMap((one, at) => (kept[at] === 0 ? [] : kept[at] === 1 ? [one, one] : [one]));
      const many = flood === 0 ? Array.from({ length: 1_500 }, (_, at): HeaderLine => [`x-${at}`, "1"]) : [];
      return [...lines, ...added, ...many].map(([key, value]): HeaderLine => [shouts ? key.toUpperCase() : key, value]);
    });
