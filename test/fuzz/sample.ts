import fc from "fast-check";
import { bodies } from "./bodies.ts";
import { type HeaderLine, headerLines } from "./header-lines.ts";

/** One request as a hostile client sends it. */
export interface Sample {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer;
  /** A fault of the framing, for requests that go over a socket. */
  readonly framing: Framing;
  /** Which of the endpoints it meets. */
  readonly endpoint: number;
}

/** `sound` is not wrong at all, and `slow` only comes in pieces; the others end, lie about lengths, or are no HTTP. */
type Framing = "sound" | "chunked" | "short" | "long" | "two lengths" | "both" | "bare" | "garbage" | "cut" | "slow";

const TRICKS = [
  "/.well-known/oauth-protected-resource",
  "/.well-known/oauth-protected-resource/mcp",
  "/.well-known/oauth-protected-resource/../mcp",
  "/.well-known/oauth-protected-resource/mcp/",
  "/.well-known//oauth-protected-resource",
  "/.well-known/oauth-protected-resource%2fmcp",
  "/%2ewell-known/oauth-protected-resource/mcp",
  "/.WELL-KNOWN/oauth-protected-resource",
  "/.well-known/oauth-protected-resource/mcp;x=1",
  "/.well-known/oauth-protected-resource\\mcp",
  "/.well-known/openid-configuration",
  "/.well-known/oauth-authorization-server",
  "/health",
  "/health/",
  "/health?x=%00",
  "//mcp",
  "/mcp/",
  "/mcp?access_token=abc",
  "/mcp?%zz",
  "/mcp%00",
  "/mcp#x",
  "/./mcp",
  "/x/../mcp",
  "/MCP",
  "/",
  "*",
  "http://evil.example/mcp",
  "/__proto__",
  "/mcp?__proto__=1&constructor=2",
];

const target = fc.oneof(
  { weight: 24, arbitrary: fc.constant("/mcp") },
  { weight: 3, arbitrary: fc.constantFrom(...TRICKS) },
  { weight: 1, arbitrary: fc.webPath().map((path) => `/${path}`) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }).map((text) => `/${text}`) },
  { weight: 1, arbitrary: fc.webQueryParameters().map((query) => `/mcp?${query}`) },
);

const method = fc.oneof(
  { weight: 24, arbitrary: fc.constant("POST") },
  { weight: 4, arbitrary: fc.constantFrom("GET", "DELETE", "OPTIONS", "PUT", "PATCH", "HEAD") },
  { weight: 1, arbitrary: fc.constantFrom("post", "PROPFIND", "TRACE", "QUERY", "BREW", "__proto__", "POST ", "") },
);

const framing = fc.oneof(
  { weight: 16, arbitrary: fc.constant<Framing>("sound") },
  { weight: 4, arbitrary: fc.constantFrom<Framing>("chunked", "short", "long", "two lengths", "both") },
  { weight: 1, arbitrary: fc.constant<Framing>("slow") },
  { weight: 2, arbitrary: fc.constantFrom<Framing>("bare", "garbage", "cut") },
);

/** Requests, most of them almost right. `sessions` are some that exist, one for each endpoint. */
export const samples = (sessions: readonly string[]): fc.Arbitrary<Sample> =>
  fc.tuple(bodies, fc.nat({ max: sessions.length - 1 })).chain(([{ body, headers }, endpoint]) =>
    fc.record({
      method,
      target,
      headers: headerLines(headers, sessions[endpoint] ?? ""),
      body: fc.constant(body),
      framing,
      endpoint: fc.constant(endpoint),
    }),
  );
