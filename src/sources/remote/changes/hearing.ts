import type { JSONRPCNotification } from "@modelcontextprotocol/server";
import type { ListeningClient } from "../../../server/listening-client.ts";

/** An upstream that is heard for clients that listen. */
export interface Hearing {
  /** One of them. */
  readonly client: ListeningClient;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Every change after this is heard. */
  onOpen(): void;
  onNotification(notification: JSONRPCNotification): void;
}

/** Milliseconds after which a stream is opened anew: a connection may have broken unnoticed. */
export const LONGEST_STREAM_MS = 900_000;
