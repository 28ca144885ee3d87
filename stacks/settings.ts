// Written by `npm run generate` from the settings that generate/setting-tables.ts lists: change those, not this file.
// biome-ignore-all format: no person edits this file

import type { SettingRule } from "./checks/setting-rule.ts";

/** How the endpoint behaves (docs/settings.md). No setting costs anything by itself. */
export interface McpSettings {
  /**
   * Path of the MCP endpoint. `GET /health` answers beside it. Default: `/mcp`.
   */
  readonly path?: string;
  /**
   * Web origins that may call from a browser, of any scheme, or `*` for every origin but `null`. Clients that are not
   * browsers send no `Origin` and need none. Default: none; for callers on loopback, loopback origins.
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * `info` logs one JSON line for each request, `error` only for requests that failed in the server, `silent` none.
   * Dashboards and alarms read these lines and see nothing with `error` and `silent`. Default: `info`.
   */
  readonly logLevel?: "info" | "error" | "silent";
  /**
   * URL of the endpoint, exactly as clients know it. Tokens must be issued for it, and the metadata for clients (RFC
   * 9728) name it. It is never taken from a request. Default: none.
   */
  readonly publicUrl?: string;
  /**
   * Largest request body. A larger request is answered with 413. Default: `4194304`.
   */
  readonly maxBodyBytes?: number;
  /**
   * Longest time in which a request, headers and body, must have come in. A slower client is answered with 408.
   * Default: `30`.
   */
  readonly requestSeconds?: number;
  /**
   * Longest time in which a client may take nothing of its response before the connection is closed, where the server
   * owns the connection. Default: `60`.
   */
  readonly readerSeconds?: number;
  /**
   * Largest sum of the names and values of a request's headers. Larger headers are answered with 431. Default: `16384`.
   */
  readonly maxHeaderBytes?: number;
  /**
   * Deepest nesting of lists and objects in a message. A deeper message is answered with 400. Default: `64`.
   */
  readonly maxJsonDepth?: number;
  /**
   * Most members of objects and items of lists in a message, counted together. A message with more is answered with
   * 400. Default: `10000`.
   */
  readonly maxJsonKeys?: number;
  /**
   * Most streams that one caller has open at a time to wait for notifications, on all instances together; where nobody
   * is identified, of one client address. One more is answered with 429. Default: 64 of a caller; where nobody is
   * identified, 250 of an address.
   */
  readonly maxStreams?: number;
  /**
   * Most requests and streams in flight at a time at one instance that serves several; four fifths of them of one
   * caller or, where nobody is identified, of one client address. One more is answered with 503, one more of that
   * caller with 429. Default: `1000`.
   */
  readonly maxInFlight?: number;
  /**
   * How many requests may come in how many seconds, for each caller (`principal=600/60`), each client address
   * (`address=1200/60`), or each caller of one tool (`tool:export_notes=10/60`); and how many sessions a caller or,
   * where nobody is identified, a client address may open (`session=500/300`). They are counted for all instances
   * together, and so need a store. Default: `session=500/300` where there is a store.
   */
  readonly rateLimits?: readonly string[];
  /**
   * Largest message of a server, in bytes of JSON; the responses of a batch share it. A larger result of a tool becomes
   * a tool error, another response a JSON-RPC error, and a notification or request fails at the code that sends it.
   * Default: `4194304`.
   */
  readonly maxOutputBytes?: number;
  /**
   * Whether the server's policy decides (`enforce`), or its denials are only in the audit log (`log`) and everything is
   * allowed: to try a policy on real calls. Default: `enforce`.
   */
  readonly policyMode?: "enforce" | "log";
  /**
   * Whether the audit log has one JSON line for each use of a tool, prompt or resource and each refusal, without
   * arguments that are not declared safe. Default: `on` where callers are identified, or the server has a policy or an
   * audit sink.
   */
  readonly audit?: "on" | "off";
  /**
   * Silence after which an open stream carries an SSE comment, so that no ingress takes it for dead. Default: `15`.
   */
  readonly heartbeatSeconds?: number;
  /**
   * Time without a request after which a session of a 2025-era client expires. Default: `86400`.
   */
  readonly sessionSeconds?: number;
  /**
   * Time for which an expired session still comes back when its client does, because some clients never open another
   * one. 0 for never. Default: `604800`.
   */
  readonly sessionGraceSeconds?: number;
  /**
   * Time after which a stream that only waits for notifications ends, and its client opens another. Default: 60 where a
   * waiting stream keeps an instance to itself, which is billed while it waits; else 840.
   */
  readonly streamSeconds?: number;
  /**
   * Whether spans hold arguments and results of tools, which may be personal data or secrets. Default: `off`.
   */
  readonly telemetryContent?: "off" | "on";
  /**
   * Whether operations of the store are events of the span that takes them, or spans of their own. Default: `events`.
   */
  readonly telemetryStore?: "off" | "events" | "spans";
  /**
   * Decides whether a request is recorded whose client names a trace in `_meta`: the sampler of this server (`own`), or
   * the client (`caller`), who then decides what recording costs. Default: `own`.
   */
  readonly telemetrySampling?: "own" | "caller";
}

/** The rule of each setting. */
export const SETTINGS: Readonly<Record<keyof McpSettings, SettingRule>> = {
  path: {
    variable: "MCP_ANYCLOUD_PATH",
    must: "be a path such as /mcp, without a slash at its end, or / alone",
    pattern: /^(\/|(\/[\w.~-]+)+)$/,
    default: "/mcp",
  },
  allowedOrigins: {
    variable: "MCP_ANYCLOUD_ALLOWED_ORIGINS",
    must: "be * or web origins such as https://app.example, in lower case and without a default port",
    pattern: /^(\*|[a-z][a-z\d+.-]*:\/\/([a-z\d._-]+|\[[\da-f:]+\])(:\d{1,5})?)$/,
    except: /^(http:.*:80|https:.*:443)$/,
  },
  logLevel: {
    variable: "MCP_ANYCLOUD_LOG_LEVEL",
    must: "be info, error or silent",
    words: ["info", "error", "silent"],
    default: "info",
  },
  publicUrl: {
    variable: "MCP_ANYCLOUD_PUBLIC_URL",
    must: "be the https URL at which clients reach the endpoint, without query, such as https://mcp.example.com/mcp",
    pattern: /^(https:\/\/[^/?#@\s]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?)(\/[^?#\s]*)?$/,
  },
  maxBodyBytes: {
    variable: "MCP_ANYCLOUD_MAX_BODY_BYTES",
    must: "be a whole number of bytes from 1 to 33554432",
    min: 1,
    max: 33554432,
    default: 4194304,
  },
  requestSeconds: {
    variable: "MCP_ANYCLOUD_REQUEST_SECONDS",
    must: "be a whole number of seconds from 1 to 600",
    min: 1,
    max: 600,
    default: 30,
  },
  readerSeconds: {
    variable: "MCP_ANYCLOUD_READER_SECONDS",
    must: "be a whole number of seconds from 1 to 600",
    min: 1,
    max: 600,
    default: 60,
  },
  maxHeaderBytes: {
    variable: "MCP_ANYCLOUD_MAX_HEADER_BYTES",
    must: "be a whole number of bytes from 1024 to 65536",
    min: 1024,
    max: 65536,
    default: 16384,
  },
  maxJsonDepth: {
    variable: "MCP_ANYCLOUD_MAX_JSON_DEPTH",
    must: "be a whole number from 8 to 1000",
    min: 8,
    max: 1000,
    default: 64,
  },
  maxJsonKeys: {
    variable: "MCP_ANYCLOUD_MAX_JSON_KEYS",
    must: "be a whole number from 100 to 1000000",
    min: 100,
    max: 1000000,
    default: 10000,
  },
  maxStreams: {
    variable: "MCP_ANYCLOUD_MAX_STREAMS",
    must: "be a whole number from 1 to 10000",
    min: 1,
    max: 10000,
  },
  maxInFlight: {
    variable: "MCP_ANYCLOUD_MAX_IN_FLIGHT",
    must: "be a whole number from 1 to 100000",
    min: 1,
    max: 100000,
    default: 1000,
  },
  rateLimits: {
    variable: "MCP_ANYCLOUD_RATE_LIMITS",
    must: "be limits such as principal=600/60 or tool:export_notes=10/60 (requests in seconds, at most 86400), each named once",
    pattern: /^(principal|address|session|tool:[\w./-]{1,128})=([1-9]\d{0,8})\/([1-9]\d{0,3}|[1-7]\d{4}|8[0-5]\d{3}|86[0-3]\d{2}|86400)$/,
    namedBefore: "=",
    needsStore: true,
  },
  maxOutputBytes: {
    variable: "MCP_ANYCLOUD_MAX_OUTPUT_BYTES",
    must: "be a whole number of bytes from 1024 to 33554432",
    min: 1024,
    max: 33554432,
    default: 4194304,
  },
  policyMode: {
    variable: "MCP_ANYCLOUD_POLICY_MODE",
    must: "be enforce or log",
    words: ["enforce", "log"],
    default: "enforce",
  },
  audit: {
    variable: "MCP_ANYCLOUD_AUDIT",
    must: "be on or off",
    words: ["on", "off"],
  },
  heartbeatSeconds: {
    variable: "MCP_ANYCLOUD_HEARTBEAT_SECONDS",
    must: "be a whole number of seconds from 1 to 200",
    min: 1,
    max: 200,
    default: 15,
  },
  sessionSeconds: {
    variable: "MCP_ANYCLOUD_SESSION_SECONDS",
    must: "be a whole number of seconds from 60 to 2592000",
    min: 60,
    max: 2592000,
    default: 86400,
  },
  sessionGraceSeconds: {
    variable: "MCP_ANYCLOUD_SESSION_GRACE_SECONDS",
    must: "be a whole number of seconds from 0 to 31536000",
    min: 0,
    max: 31536000,
    default: 604800,
  },
  streamSeconds: {
    variable: "MCP_ANYCLOUD_STREAM_SECONDS",
    must: "be a whole number of seconds from 1 to 3600",
    min: 1,
    max: 3600,
  },
  telemetryContent: {
    variable: "MCP_ANYCLOUD_TELEMETRY_CONTENT",
    must: "be off or on",
    words: ["off", "on"],
    default: "off",
  },
  telemetryStore: {
    variable: "MCP_ANYCLOUD_TELEMETRY_STORE",
    must: "be off, events or spans",
    words: ["off", "events", "spans"],
    default: "events",
  },
  telemetrySampling: {
    variable: "MCP_ANYCLOUD_TELEMETRY_SAMPLING",
    must: "be own or caller",
    words: ["own", "caller"],
    default: "own",
  },
};
