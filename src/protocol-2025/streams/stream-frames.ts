import { SSE_HEARTBEAT, sseFrame, ssePriming } from "../../http/sse.ts";
import type { StreamEvent } from "./stream-writer.ts";

/** Milliseconds after which a client that was disconnected on purpose is to come back. */
export const RETRY_MS = 1_000;

/** Clients of this revision and later understand events without data. */
export const POLLING_SINCE = "2025-11-25";

/** The frames of events. */
export const framesOf = (events: readonly StreamEvent[], protocolVersion: string): string =>
  events.map((event) => frameOf(event, protocolVersion)).join("");

/** The frame of an event, in the form that its client understands. */
export function frameOf({ id, message }: StreamEvent, protocolVersion: string): string {
  if (message) return sseFrame(JSON.stringify(message), id);
  // It also makes platforms send the headers that wait for a first byte.
  return id !== undefined && protocolVersion >= POLLING_SINCE ? ssePriming(id, RETRY_MS) : SSE_HEARTBEAT;
}
