import { setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import type { ObservedStore } from "../../store/observed-store.ts";
import type { SessionTimings } from "../timings.ts";
import { splitInTwo, storable } from "./large-messages.ts";
import { appendEntry, attemptOf, type EventPosition, type StreamEntry, streamPartition } from "./stream-log.ts";

/** An event of a stream. */
export interface StreamEvent {
  /** Absent where it was not logged. */
  readonly position?: EventPosition | undefined;
  /** Absent in the event that only tells the client its position. */
  readonly message?: JSONRPCMessage;
}

export interface StreamWriterOptions {
  readonly store: ObservedStore;
  readonly timings: SessionTimings;
  readonly sessionId: string;
  readonly streamId: string;
  /** Requests whose responses the stream will carry. */
  readonly requests: readonly RequestId[];
  /** Takes events. False when nobody listens any more. */
  readonly deliver: (events: readonly StreamEvent[]) => boolean;
  /** Another instance ended the stream: the work for it is in vain. */
  readonly onSuperseded: () => void;
  readonly onFailure: (error: unknown) => void;
}

type Entry = Omit<StreamEntry, "aliveUntil">;

/**
 * Writes the stream of one request: each event is logged, then delivered, in order. Messages that arrive while an entry is
 * being written go into the next one together, so a burst costs no more writes than there is time for. A client that
 * listens gets its events even when the store fails. One that was surely not kept has no id, so that nobody resumes after it;
 * the id of one that may have been kept names the attempt, so that nobody gets it twice.
 */
export class StreamWriter {
  /** Settles when the stream has ended, one way or another. Never rejects. */
  readonly ended: Promise<void>;
  readonly #options: StreamWriterOptions;
  #next = 0;
  /** The entry that was tried last, while nobody knows whether it was written. No other is tried under its number. */
  #doubtful: Entry | undefined;
  #pending: readonly RequestId[];
  #queue: JSONRPCMessage[] = [];
  #isChanged = false;
  #avoidStoreUntil = 0;
  #wake = (): void => {};

  constructor(options: StreamWriterOptions) {
    this.#options = options;
    this.#pending = options.requests;
    this.ended = this.#run();
  }

  /** Logs the messages, then delivers them. `pending`: the requests that have no response after them. */
  write(messages: readonly JSONRPCMessage[], pending: readonly RequestId[]): void {
    this.#queue.push(...messages);
    this.#pending = pending;
    this.#isChanged = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    // The messages that the stream is opened with go into its first entry.
    await Promise.resolve();
    for (let isFirst = true; isFirst || this.#isChanged || this.#pending.length > 0; isFirst = false) {
      // After a pause without messages, an entry says that the writer is still there.
      if (!isFirst && !this.#isChanged) {
        const pause = Promise.withResolvers<void>();
        const timer = setTimeout(pause.resolve, this.#options.timings.writerSignMs);
        this.#wake = pause.resolve;
        await pause.promise;
        clearTimeout(timer);
      }
      this.#isChanged = false;
      const messages = this.#queue;
      this.#queue = [];
      if (await this.#put(messages, this.#pending)) continue;
      this.#options.onSuperseded();
      return;
    }
  }

  /** Logs `stored` and delivers `messages`. False when another instance has the stream now. */
  async #put(
    messages: readonly JSONRPCMessage[],
    pending: readonly RequestId[],
    stored: readonly JSONRPCMessage[] = messages,
  ): Promise<boolean> {
    const { store, timings, streamId, deliver } = this.#options;
    const giveUpAt = store.now() + timings.writerPatienceMs;
    // However often it is tried, this is one attempt: an earlier try that seemed to fail may have succeeded.
    const entry = { attempt: crypto.randomUUID(), messages: stored, pending };
    for (;;) {
      const number = store.now() < this.#avoidStoreUntil ? undefined : await this.#append(entry);
      if (number === "superseded") return false;
      if (number === "too large") return this.#putInParts(messages, pending);
      // Before the first entry there is nothing to go on from.
      const isDoubtful = number === undefined && this.#doubtful === entry && this.#next > 0;
      const place = isDoubtful ? this.#next : number;
      const attempt = isDoubtful ? entry.attempt : undefined;
      const events: StreamEvent[] = number === 0 ? [{ position: { streamId, entry: 0, index: -1 } }] : [];
      for (const [at, message] of messages.entries()) {
        // The log may hold less of a message than is sent.
        const index = Math.min(at, stored.length - 1);
        const position = place === undefined ? undefined : { streamId, entry: place, index, attempt };
        events.push({ position, message });
      }
      const isLogged = number !== undefined;
      const isDelivered = (events.length > 0 || !isLogged) && deliver(events);
      if (isLogged || isDelivered || store.now() >= giveUpAt) return true;
      await sleep(timings.writerRetryMs);
    }
  }

  /** The number of the entry; undefined when the store failed. Repeated with the same attempt, it is written once. */
  async #append(entry: Entry): Promise<number | "superseded" | "too large" | undefined> {
    const { store, timings, onFailure } = this.#options;
    try {
      const before = this.#doubtful;
      // Its events may have been sent under this number.
      if (before && before !== entry && (await this.#place(before)) === "superseded") return "superseded";
      return await this.#place(entry);
    } catch (error) {
      onFailure(error);
      if (error instanceof RangeError) {
        // Refused by the limits of the store.
        this.#doubtful = undefined;
        return "too large";
      }
      this.#avoidStoreUntil = store.now() + timings.writerAvoidMs;
      return undefined;
    }
  }

  /** Writes an entry under the next number, if no earlier try did. Throws what the store throws. */
  async #place(entry: Entry): Promise<number | "superseded"> {
    const { store, sessionId, streamId, timings } = this.#options;
    const partition = streamPartition(sessionId, streamId);
    const number = this.#next;
    this.#doubtful = entry;
    const aliveUntil = store.now() + timings.writerSilenceMs;
    const isWritten = await appendEntry(store, partition, { number, ...entry, aliveUntil });
    if (!isWritten && (await attemptOf(store, { partition, number })) !== entry.attempt) return "superseded";
    this.#doubtful = undefined;
    this.#next++;
    return number;
  }

  /** Logs in several entries; a message that no entry holds reaches only a client that listens. */
  async #putInParts(messages: readonly JSONRPCMessage[], pending: readonly RequestId[]): Promise<boolean> {
    if (messages.length === 1) return this.#put(messages, pending, messages.flatMap(storable));
    const [first, second] = splitInTwo(messages, pending);
    return (await this.#put(...first)) && this.#put(...second);
  }
}
