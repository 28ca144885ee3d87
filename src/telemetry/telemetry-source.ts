import type { TelemetryConfig } from "../config/telemetry-settings.ts";
import type { Telemetry } from "../http/telemetry.ts";

/** Where an endpoint gets its telemetry from: `openTelemetry()` of `mcp-anycloud/telemetry`, `otel()` of `mcp-anycloud/otel`. */
export interface TelemetrySource {
  open(config: TelemetryConfig): Telemetry;
}
