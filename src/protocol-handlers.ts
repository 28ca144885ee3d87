import type { Config } from "./config/config.ts";
import type { Pipeline } from "./pipeline/pipeline.ts";
import { createProtocol2025Handler } from "./protocol-2025/handler.ts";
import type { SessionOptions } from "./protocol-2025/sessions/session-context.ts";
import type { SessionTimings } from "./protocol-2025/timings.ts";
import { createProtocol2026Handler, type Protocol2026Options } from "./protocol-2026/handler.ts";

export interface ProtocolOptions
  extends Omit<Protocol2026Options, "streamSeconds">,
    Pick<SessionOptions, "store" | "mayHear" | "onListen"> {
  readonly config: Config;
  /** Whether the store outlives this process: without that, there are no sessions. */
  readonly durable: boolean;
  readonly timings: SessionTimings;
}

/** The handlers of both protocol eras. */
export function createProtocolHandlers(options: ProtocolOptions): Pick<Pipeline, "modern" | "legacy"> {
  const { config, durable, store, changeEvents, mayHear, onListen, timings, fastPath } = options;
  const { streamSeconds } = config;
  const { createServer, openServices } = options;
  const shared = { createServer, openServices };
  const modern = createProtocol2026Handler({ ...shared, changeEvents, onListen, streamSeconds, fastPath });
  const sessions = { ...shared, store, changeEvents, mayHear, onListen, streamSeconds, timings, config };
  return { modern, legacy: createProtocol2025Handler(durable ? sessions : shared) };
}
