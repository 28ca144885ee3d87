import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { SSE_HEARTBEAT, sseFrame } from "../../http/sse.ts";
import type { EventPosition } from "./stream-log.ts";
import type { StreamEvent } from "./stream-writer.ts";

/** Milliseconds after which a client that was disconnected on purpose is to come back. */
export const RETRY_MS = 1_000;

/** Clients of this revision and later understand events without data. */
export const POLLING_SINCE = "2025-11-25";

/** The id of an event, for its client to resume after. */
export const toEventId = ({ streamId, entry, index, attempt }: EventPosition): string =>
  `${streamId}~${entry}~${index}${attempt ? `~${attempt}` : ""}`;

/** The frames of events. */
export const framesOf = (events: readonly StreamEvent[], protocolVersion: string): string =>
  events
    .map(({ position, message }) => frameOf({ id: position && toEventId(position), message }, protocolVersion))
    .join("");

interface Framed {
  readonly id: string | undefined;
  /** Absent in the event that only tells the client its position. */
  readonly message?: JSONRPCMessage | undefined;
}

/** The frame of an event, in the form that its client understands. */
export function frameOf({ id, message }: Framed, protocolVersion: string): string {
  if (message) return sseFrame(JSON.stringify(message), id);
  // It also makes platforms send the headers that wait for a first byte.
  if (id === undefined || protocolVersion < POLLING_SINCE) return SSE_HEARTBEAT;
  // Tells the client an id to resume from before there is a message (MCP 2025-11-25, Streamable HTTP). Clients of earlier
  // revisions take its empty data for a broken message.
  return `id: ${id}\nretry: ${RETRY_MS}\ndata: \n\n`;
}
