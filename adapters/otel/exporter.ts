import type { Destination } from "./otel-variables.ts";
import { createReceiver } from "./receiver.ts";

/** Settles when a batch was sent, or dropped. Never rejects: a failure was told, and is no concern of the SDK's. */
export type Export = (serialize: () => Uint8Array | undefined) => Promise<void>;

/** Pauses after an export that failed, in milliseconds: what comes meanwhile is dropped, and nobody waits for it. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;

/** Sends batches. `tell` gets, once for each failure, where it was sent to and why the receiver did not take it. */
export function createExporter(destination: Destination, tell: (failure: string) => void): Export {
  const send = createReceiver(destination);
  const { host } = destination.url;
  let pauseMs = 0;
  let pausedUntil = 0;

  return async (serialize) => {
    if (Date.now() < pausedUntil) return;
    try {
      const body = serialize();
      if (body) await send(body);
      pauseMs = 0;
    } catch (error) {
      if (pauseMs === 0) tell(`${host}: ${reasonOf(error)}`);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 || FIRST_PAUSE_MS);
      pausedUntil = Date.now() + pauseMs;
    }
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message.replace(/\.$/, "") : "it failed");
