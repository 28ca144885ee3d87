import type { Settings } from "./setting.ts";
import { wholeNumber } from "./value-type.ts";

/** How long sessions and streams live. */
export interface SessionConfig {
  /** Silence after which an open stream carries an SSE comment, so that no ingress takes it for dead. */
  readonly heartbeatSeconds: number;
  /** Time without a request after which a session of a 2025-era client expires. */
  readonly sessionSeconds: number;
  /**
   * Time for which an expired session still comes back when its client does, because some clients never open another one.
   * 0 for never.
   */
  readonly sessionGraceSeconds: number;
  /**
   * Time after which a stream that only waits for notifications ends, and its client opens another.
   *
   * @default 60 where a waiting stream keeps an instance to itself, which is billed while it waits; else 840
   */
  readonly streamSeconds?: number;
}

export const SESSION_SETTINGS: Settings<SessionConfig> = {
  heartbeatSeconds: {
    variable: "MCP_ANYCLOUD_HEARTBEAT_SECONDS",
    type: wholeNumber(1, 200, "seconds"),
    default: 15,
  },
  sessionSeconds: {
    variable: "MCP_ANYCLOUD_SESSION_SECONDS",
    type: wholeNumber(60, 2_592_000, "seconds"),
    default: 86_400,
  },
  sessionGraceSeconds: {
    variable: "MCP_ANYCLOUD_SESSION_GRACE_SECONDS",
    type: wholeNumber(0, 31_536_000, "seconds"),
    default: 604_800,
  },
  streamSeconds: {
    variable: "MCP_ANYCLOUD_STREAM_SECONDS",
    type: wholeNumber(1, 3600, "seconds"),
  },
};
