import type { Settings } from "./setting.ts";
import { oneOf } from "./value-type.ts";

/** The contents of spans. Where they go is said by the OTEL_ variables. */
export interface TelemetryConfig {
  /** Whether spans hold arguments and results of tools, which may be personal data or secrets. */
  readonly telemetryContent: "off" | "on";
  /** Whether operations of the store are events of the span that takes them, or spans of their own. */
  readonly telemetryStore: "off" | "events" | "spans";
  /**
   * Decides whether a request is recorded whose client names a trace in `_meta`: the sampler of this server (`own`), or the
   * client (`caller`), who then decides what recording costs.
   */
  readonly telemetrySampling: "own" | "caller";
}

export const TELEMETRY_SETTINGS: Settings<TelemetryConfig> = {
  telemetryContent: {
    variable: "MCP_ANYCLOUD_TELEMETRY_CONTENT",
    type: oneOf("off", "on"),
    default: "off",
  },
  telemetryStore: {
    variable: "MCP_ANYCLOUD_TELEMETRY_STORE",
    type: oneOf("off", "events", "spans"),
    default: "events",
  },
  telemetrySampling: {
    variable: "MCP_ANYCLOUD_TELEMETRY_SAMPLING",
    type: oneOf("own", "caller"),
    default: "own",
  },
};
