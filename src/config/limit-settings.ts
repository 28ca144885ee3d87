import type { Settings } from "./setting.ts";
import { listOf, wholeNumber } from "./value-type.ts";

/** How much a request may hold, and how often callers may call. */
export interface LimitConfig {
  /** Largest request body. A larger request is answered with 413. */
  readonly maxBodyBytes: number;
  /** Longest time in which a request, headers and body, must have come in. A slower client is answered with 408. */
  readonly requestSeconds: number;
  /**
   * Longest time in which a client may take nothing of its response before the connection is closed, where the server owns the
   * connection.
   */
  readonly readerSeconds: number;
  /** Largest sum of the names and values of a request's headers. Larger headers are answered with 431. */
  readonly maxHeaderBytes: number;
  /** Deepest nesting of lists and objects in a message. A deeper message is answered with 400. */
  readonly maxJsonDepth: number;
  /** Most members of objects and items of lists in a message, counted together. A message with more is answered with 400. */
  readonly maxJsonKeys: number;
  /**
   * Most streams that one caller has open at a time to wait for notifications, on all instances together; where nobody is
   * identified, of one client address. One more is answered with 429.
   *
   * @default 64 of a caller; where nobody is identified, 250 of an address
   */
  readonly maxStreams?: number;
  /**
   * Most requests and streams in flight at a time at one instance that serves several; four fifths of them of one caller or,
   * where nobody is identified, of one client address. One more is answered with 503, one more of that caller with 429.
   */
  readonly maxInFlight: number;
  /**
   * How many requests may come in how many seconds, for each caller (`principal=600/60`), each client address
   * (`address=1200/60`), or each caller of one tool (`tool:export_notes=10/60`); and how many sessions a caller or, where
   * nobody is identified, a client address may open (`session=500/300`). They are counted for all instances together, and so
   * need a store.
   *
   * @default `session=500/300` where there is a store
   */
  readonly rateLimits?: readonly RateRule[];
}

/** A number of requests in a window, for each principal, each client address, or each principal with one tool. */
export interface RateRule {
  readonly of: "principal" | "address" | "session" | `tool:${string}`;
  readonly limit: number;
  /** Length of a window, in whole seconds; a day at most, so that counters do not stay longer in the store. */
  readonly windowSeconds: number;
}

/**
 * Tool names as MCP 2025-11-25 has them (Tools, Tool Names), with the slash that its drafts allow; then the limit; then
 * 1 to 86400 seconds.
 */
const RATE_RULE =
  /^(principal|address|session|tool:[\w./-]{1,128})=([1-9]\d{0,8})\/([1-9]\d{0,3}|[1-7]\d{4}|8[0-5]\d{3}|86[0-3]\d{2}|86400)$/;

function toRateRule(text: string): RateRule {
  const [, of, limit, windowSeconds] = RATE_RULE.exec(text) ?? [];
  return { of: of as RateRule["of"], limit: Number(limit), windowSeconds: Number(windowSeconds) };
}

export const LIMIT_SETTINGS: Settings<LimitConfig> = {
  maxBodyBytes: {
    variable: "MCP_ANYCLOUD_MAX_BODY_BYTES",
    type: wholeNumber(1, 33_554_432, "bytes"),
    default: 4_194_304,
  },
  requestSeconds: {
    variable: "MCP_ANYCLOUD_REQUEST_SECONDS",
    type: wholeNumber(1, 600, "seconds"),
    default: 30,
  },
  readerSeconds: {
    variable: "MCP_ANYCLOUD_READER_SECONDS",
    type: wholeNumber(1, 600, "seconds"),
    default: 60,
  },
  maxHeaderBytes: {
    variable: "MCP_ANYCLOUD_MAX_HEADER_BYTES",
    type: wholeNumber(1024, 65_536, "bytes"),
    default: 16_384,
  },
  maxJsonDepth: {
    variable: "MCP_ANYCLOUD_MAX_JSON_DEPTH",
    type: wholeNumber(8, 1000),
    default: 64,
  },
  maxJsonKeys: {
    variable: "MCP_ANYCLOUD_MAX_JSON_KEYS",
    type: wholeNumber(100, 1_000_000),
    default: 10_000,
  },
  maxStreams: {
    variable: "MCP_ANYCLOUD_MAX_STREAMS",
    type: wholeNumber(1, 10_000),
  },
  maxInFlight: {
    variable: "MCP_ANYCLOUD_MAX_IN_FLIGHT",
    type: wholeNumber(1, 100_000),
    default: 1_000,
  },
  rateLimits: {
    variable: "MCP_ANYCLOUD_RATE_LIMITS",
    type: listOf(
      { pattern: RATE_RULE, namedBefore: "=" },
      "be limits such as principal=600/60 or tool:export_notes=10/60 (requests in seconds, at most 86400), each named once",
      toRateRule,
    ),
    needsStore: true,
  },
};
