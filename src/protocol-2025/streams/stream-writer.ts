import { setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import type { ObservedStore } from "../../store/observed-store.ts";
import type { SessionTimings } from "../timings.ts";
import { splitInTwo, storable } from "./large-messages.ts";
import { appendEntry, attemptOf, type StreamEntry, streamPartition } from "./stream-log.ts";

/** An event of a stream. */
export interface StreamEvent {
  /** Absent where it could not be logged. */
  readonly id?: string;
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

/**
 * Writes the stream of one request: each event is logged, then delivered, in order. Messages that arrive while an entry is
 * being written go into the next one together, so a burst costs no more writes than there is time for. A client that
 * listens gets its events even when the store fails: without ids, so it will not resume after an event that was not kept.
 */
export class StreamWriter {
  /** Settles when the stream has ended, one way or another. Never rejects. */
  readonly ended: Promise<void>;
  readonly #options: StreamWriterOptions;
  /** Attempts of this writer, by which it recognises its own entries. */
  readonly #attempts = new Set<string>();
  #next = 0;
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
      if (number !== undefined) {
        const events: StreamEvent[] = number === 0 ? [{ id: `${streamId}~0~-1` }] : [];
        for (const [index, message] of messages.entries()) {
          events.push({ id: `${streamId}~${number}~${Math.min(index, stored.length - 1)}`, message });
        }
        if (events.length > 0) deliver(events);
        return true;
      }
      if (deliver(messages.map((message) => ({ message }))) || store.now() >= giveUpAt) return true;
      await sleep(timings.writerRetryMs);
    }
  }

  /** The number of the entry; undefined when the store failed. Repeated with the same attempt, it is written once. */
  async #append(entry: Omit<StreamEntry, "aliveUntil">): Promise<number | "superseded" | "too large" | undefined> {
    const { store, sessionId, streamId, timings, onFailure } = this.#options;
    const partition = streamPartition(sessionId, streamId);
    this.#attempts.add(entry.attempt);
    try {
      for (;;) {
        const aliveUntil = store.now() + timings.writerSilenceMs;
        const number = this.#next;
        if (await appendEntry(store, partition, { number, ...entry, aliveUntil })) return this.#next++;
        const winner = await attemptOf(store, { partition, number });
        if (winner === undefined || !this.#attempts.has(winner)) return "superseded";
        // A write of this instance had succeeded although it seemed to fail.
        this.#next++;
        if (winner === entry.attempt) return number;
      }
    } catch (error) {
      onFailure(error);
      // Refused by the limits of the store.
      if (error instanceof RangeError) return "too large";
      this.#avoidStoreUntil = store.now() + timings.writerAvoidMs;
      return undefined;
    }
  }

  /** Logs in several entries; a message that no entry holds reaches only a client that listens. */
  async #putInParts(messages: readonly JSONRPCMessage[], pending: readonly RequestId[]): Promise<boolean> {
    if (messages.length === 1) return this.#put(messages, pending, messages.flatMap(storable));
    const [first, second] = splitInTwo(messages, pending);
    return (await this.#put(...first)) && this.#put(...second);
  }
}
