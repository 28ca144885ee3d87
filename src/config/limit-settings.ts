import * as z from "zod/v4";
import { type Settings, wholeNumber } from "./settings.ts";

/** How much is let in, and how often. */
export interface LimitConfig {
  /** Largest sum of the names and values of a request's headers in bytes; more is answered with 431. Default 16 KiB. */
  readonly maxHeaderBytes: number;
  /** Deepest nesting of lists and objects in a message. Default 64. */
  readonly maxJsonDepth: number;
  /** Most members of objects in a message, and lists and objects in its lists. Default 10000. */
  readonly maxJsonKeys: number;
  /**
   * Most streams that wait for news of one caller at a time, on all instances; where nobody is asked who they are, of one
   * address. One more is answered with 429. Default: 64 of a caller, and as many of an address as there are clients.
   */
  readonly maxStreams?: number;
  /** How often callers may call, counted in the store for all instances together. Default: as often as they like. */
  readonly rateLimits?: readonly RateRule[];
}

/** So many requests in a window, for each principal, each client address, or each principal with one tool. */
export interface RateRule {
  readonly of: "principal" | "address" | `tool:${string}`;
  readonly limit: number;
  /** Length of a window, in whole seconds. */
  readonly windowSeconds: number;
}

/** A day: nothing that is counted should be longer kept. */
const MAX_WINDOW_SECONDS = 86_400;
/** Tool names as MCP 2025-11-25 has them (Tools, Tool Names), and the slash that its drafts allow. */
const RULE = /^(principal|address|tool:[\w./-]{1,128})=([1-9]\d{0,8})\/([1-9]\d{0,4})$/;

const rateRules = (): z.ZodType<RateRule[], string> =>
  z.string().transform((text, context) => {
    const rules = text.split(",").map((part) => toRule(part.trim()));
    const subjects = new Set(rules.map((rule) => rule?.of));
    // Of two limits for the same, one would silently be none.
    if (rules.every((rule) => rule !== undefined) && subjects.size === rules.length) return rules;
    context.addIssue({ code: "custom" });
    return z.NEVER;
  });

function toRule(text: string): RateRule | undefined {
  const [, of, limit, window] = RULE.exec(text) ?? [];
  const windowSeconds = Number(window);
  if (of === undefined || windowSeconds > MAX_WINDOW_SECONDS) return undefined;
  return { of: of as RateRule["of"], limit: Number(limit), windowSeconds };
}

export const LIMIT_SETTINGS: Settings<keyof LimitConfig> = {
  MCP_ANYCLOUD_MAX_HEADER_BYTES: {
    field: "maxHeaderBytes",
    schema: wholeNumber(1024, 65_536),
    must: "be a whole number of bytes from 1024 to 65536",
  },
  MCP_ANYCLOUD_MAX_JSON_DEPTH: {
    field: "maxJsonDepth",
    schema: wholeNumber(8, 1000),
    must: "be a whole number from 8 to 1000",
  },
  MCP_ANYCLOUD_MAX_JSON_KEYS: {
    field: "maxJsonKeys",
    schema: wholeNumber(100, 1_000_000),
    must: "be a whole number from 100 to 1000000",
  },
  MCP_ANYCLOUD_MAX_STREAMS: {
    field: "maxStreams",
    schema: wholeNumber(1, 10_000),
    must: "be a whole number from 1 to 10000",
  },
  MCP_ANYCLOUD_RATE_LIMITS: {
    field: "rateLimits",
    schema: rateRules,
    must: "be limits such as principal=600/60,address=1200/60,tool:export_notes=10/60: so many requests in so many seconds, at most 86400, each named once",
  },
};
