import { setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import { isConflict, type StateStore } from "../state/store.ts";
import { appendEntry, attemptOf, SIGN_OF_LIFE_MS, SILENCE_MS, toEventId } from "./stream-log.ts";

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

  /** Logs and delivers. False when the stream is somebody else's now. */
  async function put(messages: readonly JSONRPCMessage[], still: readonly RequestId[]): Promise<boolean> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      const number = Date.now() < avoidUntil ? undefined : await log.append(messages, still).catch(failed);
      if (number === "superseded") return false;
      if (number !== undefined) {
        if (number === 0) deliver({ id: toEventId(streamId, 0, -1) });
        messages.forEach((message, index) => void deliver({ id: toEventId(streamId, number, index), message }));
        return true;
      }
      const heard = messages.map((message) => deliver({ message }));
      if (heard.every(Boolean) || Date.now() >= giveUpAt) return true;
      await sleep(RETRY_MS);
    }
  }

  function failed(error: unknown): undefined {
    onFailure(error);
    avoidUntil = Date.now() + AVOID_MS;
  }

  async function run(): Promise<void> {
    // What the stream is opened with goes into its first entry.
    await Promise.resolve();
    let isOurs = true;
    for (let isFirst = true; isOurs && (isFirst || changed || pending.length > 0); isFirst = false) {
      // Woken by nothing, it says that it is still there.
      if (!isFirst && !changed) await news();
      changed = false;
      const messages = queue;
      queue = [];
      isOurs = await put(messages, pending);
    }
    if (!isOurs) onSuperseded();
  }

  const news = (): Promise<void> =>
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

interface EntryLog {
  /** The number of the new entry. */
  append(messages: readonly JSONRPCMessage[], pending: readonly RequestId[]): Promise<number | "superseded">;
}

function createEntryLog({ store, partition }: StreamWriterOptions): EntryLog {
  const attempts = new Set<string>();
  let next = 0;
  return {
    async append(messages, pending) {
      const attempt = crypto.randomUUID();
      attempts.add(attempt);
      for (;;) {
        const aliveUntil = Date.now() + SILENCE_MS;
        try {
          await appendEntry(store, partition, { number: next, attempt, messages, pending, aliveUntil });
          return next++;
        } catch (error) {
          if (!isConflict(error)) throw error;
          const winner = await attemptOf(store, { partition, number: next });
          if (winner === undefined || !attempts.has(winner)) return "superseded";
          // A write of ours that was given up for failed had come through.
          next++;
          if (winner === attempt) return next - 1;
        }
      }
    },
  };
}
