/** How the endpoint behaves, in the words of its configuration (README, Settings). None costs anything by itself. */
export interface McpSettings {
  /** Path of the endpoint. Default `/mcp`. */
  readonly path?: string;
  /** Web origins that may call from a browser, or `*`. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** Largest request body in bytes. Default 4194304. */
  readonly maxBodyBytes?: number;
  /** Seconds of silence after which a stream carries a comment. Default 15. */
  readonly heartbeatSeconds?: number;
  /** Seconds after its last request for which a session lives. Default 86400. */
  readonly sessionSeconds?: number;
  /** Seconds for which an expired session still comes back. Default 604800. */
  readonly sessionGraceSeconds?: number;
  /**
   * Seconds after which a stream that waits for news ends, and its client opens another. Default 60 on Lambda, where
   * each keeps an execution environment to itself and is billed while it waits.
   */
  readonly streamSeconds?: number;
  /** `info` logs every request, and dashboard and alarms read those lines; `error` and `silent` blind them. Default `info`. */
  readonly logLevel?: "info" | "error" | "silent";
  /**
   * URL at which clients reach the endpoint, where something stands in front that this stack does not know. Default: that of
   * the ingress, where tokens are verified, else none.
   */
  readonly publicUrl?: string;
  /** How often callers may call: `principal=600/60`, `address=1200/60`, `tool:refund=10/60`. Needs a session store. Default: as they like. */
  readonly rateLimits?: readonly string[];
  /** Largest headers of a request in bytes. Default 16384. */
  readonly maxHeaderBytes?: number;
  /** Deepest nesting of a message. Default 64. */
  readonly maxJsonDepth?: number;
  /** Most members of objects in a message. Default 10000. */
  readonly maxJsonKeys?: number;
  /** Most streams of one caller that wait for news; of one address where nobody is identified. Default 64 of a caller, none of an address. */
  readonly maxStreams?: number;
  /** Largest answer of a tool in bytes. Default 4194304. */
  readonly maxOutputBytes?: number;
  /** Whether there is an audit trail. Default: as soon as callers are told apart, or the server has a policy. */
  readonly audit?: "on" | "off";
}

export const DEFAULT_PATH = "/mcp";
