import type { FailureKind } from "../shared/retries/retry.ts";

/** The server answers errors with a word of its own first (https://redis.io/docs/latest/develop/reference/protocol-spec/, "Simple errors"). */
const MISCONFIGURED: readonly (readonly [RegExp, string])[] = [
  [
    /^(WRONGPASS|NOAUTH|ERR AUTH|ERR invalid password|ERR Protocol error: unauthenticated)/,
    "Redis does not accept the user and password in MCP_ANYCLOUD_REDIS_URL: correct them, or add them as rediss://user:password@host:port.",
  ],
  [
    /^NOPERM/,
    "The user in MCP_ANYCLOUD_REDIS_URL may not do what the server needs: allow ~mcp-anycloud:* &mcp-anycloud:* +@read +@write +@scripting +@pubsub +@connection.",
  ],
  [
    /^(MOVED|CROSSSLOT|ERR SELECT is not allowed|ERR DB index)/,
    "MCP_ANYCLOUD_REDIS_URL names a cluster, or a database that the server lacks: name a server without cluster mode, and one of its databases.",
  ],
  [
    /^ERR unknown command/,
    "The server at MCP_ANYCLOUD_REDIS_URL lacks a command: take Redis 6 or Valkey 7 or newer, with scripting.",
  ],
];

/** The name is unknown, or the other side does not speak TLS as asked. */
const WRONG_ADDRESS =
  /^(ENOTFOUND|ERR_SSL_WRONG_VERSION_NUMBER|EPROTO|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|ERR_TLS_CERT_ALTNAME_INVALID)$/;
const BUSY = /^(LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|ERR max number of clients)/;

const OTHERWISE: Readonly<Record<FailureKind, string>> = {
  condition: "A write to Redis may or may not have happened: read the item again.",
  throttled: "Redis at MCP_ANYCLOUD_REDIS_URL is busy, loading or a replica: try again.",
  "not applied":
    "Redis cannot be reached at MCP_ANYCLOUD_REDIS_URL: check the address, the network and TLS (rediss:// or redis://).",
  unsure: "Redis failed, or did not answer in time: try again.",
  refused: "Redis refused a request: the cause says why.",
};

const OUT_OF_MEMORY = "Redis at MCP_ANYCLOUD_REDIS_URL is full: give it more memory.";

/** The name of an error before a command was sent, whose cause says more. */
const NOT_CONNECTED = "NotConnected";

/** The error of a command that could not be sent. */
export const notConnected = (cause: unknown): Error =>
  Object.assign(new Error("no connection", { cause }), { name: NOT_CONNECTED });

/** Classifies a failure of the client. */
export function kindOf(error: unknown): FailureKind {
  if (!(error instanceof Error)) return "refused";
  if (error.name === NOT_CONNECTED) return sentenceFor(error.cause) === undefined ? "not applied" : "refused";
  if (BUSY.test(error.message)) return "throttled";
  return /^[A-Z]{3,}/.test(error.message) ? "refused" : "unsure";
}

const sentenceFor = (cause: unknown): string | undefined => {
  const { message = "", code = "" } = (cause ?? {}) as { message?: string; code?: string };
  if (WRONG_ADDRESS.test(code)) return OTHERWISE["not applied"];
  return MISCONFIGURED.find(([pattern]) => pattern.test(message))?.[1];
};

/** A failure for people. */
export interface RedisFailure {
  /** STORE_UNAVAILABLE where it may pass by itself. */
  readonly code: "STORE_MISCONFIGURED" | "STORE_UNAVAILABLE";
  readonly message: string;
  /** Names no password. */
  readonly cause: unknown;
}

export function failureOf(error: unknown): RedisFailure {
  const cause = error instanceof Error && error.name === NOT_CONNECTED ? error.cause : error;
  const wrong = sentenceFor(cause);
  if (wrong !== undefined) return { code: "STORE_MISCONFIGURED", message: wrong, cause };
  const isFull = cause instanceof Error && cause.message.startsWith("OOM");
  return { code: "STORE_UNAVAILABLE", message: isFull ? OUT_OF_MEMORY : OTHERWISE[kindOf(error)], cause };
}
