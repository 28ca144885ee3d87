import { setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import type { StateStore } from "../../store/store.ts";
import { createEntryLog } from "./entry-log.ts";
import { keepable, splitInTwo } from "./large-messages.ts";
import { SIGN_OF_LIFE_MS, toEventId } from "./stream-log.ts";

/** An event of a stream. */
export interface StreamEvent {
  /** Absent where it could not be logged. */
  readonly id?: string;
  /** Absent in the event that only tells the client where it is. */
  readonly message?: JSONRPCMessage;
}

export interface StreamWriter {
  /** Logs the messages, then delivers them; `pending` are the requests that are not answered after them. */
  write(messages: readonly JSONRPCMessage[], pending: readonly RequestId[]): void;
  /** Settles when the stream has ended, one way or another. Never rejects. */
  readonly ended: Promise<void>;
}

export interface StreamWriterOptions {
  readonly store: StateStore;
  readonly partition: string;
  readonly streamId: string;
  /** Requests whose answers the stream will carry. */
  readonly requests: readonly RequestId[];
  /** Takes an event. False when nobody listens any more. */
  readonly deliver: (event: StreamEvent) => boolean;
  /** Somebody else ended the stream: what still runs for it runs in vain. */
  readonly onSuperseded: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** After a failure, the time for which a client that listens is not made to wait for the store. */
const AVOID_MS = 5_000;
const RETRY_MS = 1_000;
/** How long events are kept for a client that is not there and a store that is not either. */
const PATIENCE_MS = 60_000;

/**
 * Writes the stream of one request: each event is logged, then delivered, in order. What comes while an entry is being
 * written goes into the next one together, so a burst costs no more writes than there is time for. A client that is
 * connected gets its events even when the store fails: without ids, so it will not resume behind what was not kept.
 */
export function openStreamWriter(options: StreamWriterOptions): StreamWriter {
  const { streamId, deliver, onSuperseded, onFailure } = options;
  const log = createEntryLog(options);
  let pending = options.requests;
  let queue: JSONRPCMessage[] = [];
  let changed = false;
  let avoidUntil = 0;
  let wake = (): void => {};

  /** Logs `kept` and delivers `messages`. False when the stream is somebody else's now. */
  async function put(
    messages: readonly JSONRPCMessage[],
    still: readonly RequestId[],
    kept: readonly JSONRPCMessage[] = messages,
  ): Promise<boolean> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    // However often it is tried, this is one attempt: in doubt, an earlier try of it has happened.
    const entry = { attempt: crypto.randomUUID(), messages: kept, pending: still };
    for (;;) {
      const number = Date.now() < avoidUntil ? undefined : await log.append(entry).catch(failed);
      if (number === "superseded") return false;
      if (number === "too large") return putLarge(messages, still);
      if (number !== undefined) {
        if (number === 0) deliver({ id: toEventId(streamId, 0, -1) });
        messages.forEach((message, index) => {
          deliver({ id: toEventId(streamId, number, Math.min(index, kept.length - 1)), message });
        });
        return true;
      }
      const heard = messages.map((message) => deliver({ message }));
      if (heard.every(Boolean) || Date.now() >= giveUpAt) return true;
      await sleep(RETRY_MS);
    }
  }

  /** Logs what one entry does not hold in several; what no entry holds, only a client that listens gets. */
  async function putLarge(messages: readonly JSONRPCMessage[], still: readonly RequestId[]): Promise<boolean> {
    if (messages.length === 1) return put(messages, still, messages.flatMap(keepable));
    const [first, second] = splitInTwo(messages, still);
    return (await put(...first)) && put(...second);
  }

  function failed(error: unknown): "too large" | undefined {
    onFailure(error);
    // Refused by the store's rules, not failed.
    if (error instanceof RangeError) return "too large";
    avoidUntil = Date.now() + AVOID_MS;
    return undefined;
  }

  async function run(): Promise<void> {
    // What the stream is opened with goes into its first entry.
    await Promise.resolve();
    let isOurs = true;
    for (let isFirst = true; isOurs && (isFirst || changed || pending.length > 0); isFirst = false) {
      // Woken by nothing, it says that it is still there.
      if (!isFirst && !changed) await notifications();
      changed = false;
      const messages = queue;
      queue = [];
      isOurs = await put(messages, pending);
    }
    if (!isOurs) onSuperseded();
  }

  const notifications = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, SIGN_OF_LIFE_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    write(messages, still) {
      queue.push(...messages);
      pending = still;
      changed = true;
      wake();
    },
    ended: run(),
  };
}
