import { setImmediate as nextTurn } from "node:timers/promises";
import type { JSONRPCMessage, JSONRPCNotification } from "@modelcontextprotocol/server";
import { appendEvent, isEvent, toEventSort, toLoggedEvent } from "../../store/event-log.ts";
import { type ObservedStore, pollDelayMs } from "../../store/observed-store.ts";
import { isConflict } from "../../store/store.ts";
import type { SessionTimings } from "../timings.ts";

/** Long enough for any request to be still in flight. */
const TTL_MS = 3_600_000;

/** A message of the client for a request in flight, through whichever instance the client reached. */
export type MailboxMessage =
  /** A reply to the server's request of this id; the first one counts. */
  | { readonly kind: "reply"; readonly serverRequestId: string; readonly message: JSONRPCMessage }
  /** `notifications/progress` on one, in the order in which they were sent. */
  | { readonly kind: "progress"; readonly message: JSONRPCNotification }
  /** `notifications/cancelled` for the request itself. */
  | { readonly kind: "cancelled"; readonly message: JSONRPCNotification };

interface Stored {
  readonly message: MailboxMessage;
  /** Unix time in milliseconds. */
  readonly at: number;
}

/** Puts a message into the mailbox `partition`. Throws STORE_UNAVAILABLE. */
export async function postToMailbox(store: ObservedStore, partition: string, message: MailboxMessage): Promise<void> {
  const at = store.now();
  const value = JSON.stringify({ message, at } satisfies Stored);
  if (message.kind === "progress") {
    await appendEvent(store, partition, value);
    return;
  }
  const sort = message.kind === "reply" ? `reply/${message.serverRequestId}` : "request/cancelled";
  const expiresAt = Math.ceil((at + TTL_MS) / 1000);
  try {
    await store.put({ partition, sort, value, expiresAt }, message.kind === "reply" ? "absent" : undefined);
  } catch (error) {
    // Answered before: a client that repeats a reply it is not sure of is told that it arrived.
    if (!isConflict(error)) throw error;
  }
}

export interface MailboxReaderOptions {
  readonly store: ObservedStore;
  readonly partition: string;
  readonly timings: SessionTimings;
  /** Whether a reply is expected: the mailbox is then read often, otherwise rarely. */
  readonly isReplyExpected: () => boolean;
  /** Called with each message, once. */
  readonly onMessage: (message: MailboxMessage) => void;
}

/** Instances' clocks differ by less. */
const CLOCK_SKEW_MS = 10_000;

/** Reads the mailbox of one request while it is in flight, until `stop`. */
export class MailboxReader {
  readonly #options: MailboxReaderOptions;
  readonly #startedAt: number;
  readonly #seen = new Set<string>();
  #wake = new AbortController();
  #lastEvent = 0;
  #expectingSince = 0;
  #isStopped = false;

  constructor(options: MailboxReaderOptions) {
    this.#options = options;
    this.#startedAt = options.store.now();
    void this.#run();
  }

  /** Reads often from now on: the server has just sent a request. */
  hurry(): void {
    this.#expectingSince = this.#options.store.now();
    this.#wake.abort();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake.abort();
  }

  async #run(): Promise<void> {
    const { store, partition } = this.#options;
    while (!this.#isStopped) {
      await store.changed(partition, this.#delayMs(), this.#wake.signal);
      if (this.#isStopped) return;
      if (this.#wake.signal.aborted) this.#wake = new AbortController();
      else await this.#read();
    }
  }

  #delayMs(): number {
    const { store, timings, isReplyExpected } = this.#options;
    if (isReplyExpected()) return pollDelayMs(store.now() - this.#expectingSince);
    const quarter = (store.now() - this.#startedAt) / 4;
    return Math.min(timings.mailboxSlowestReadMs, Math.max(timings.mailboxFirstReadMs, quarter));
  }

  async #read(): Promise<void> {
    const { store, partition, onMessage } = this.#options;
    // A store that is unavailable now is read again after the next pause.
    const items = await store.list(partition, { after: toEventSort(this.#lastEvent) }).catch(() => []);
    for (const item of items) {
      if (this.#seen.has(item.sort) || this.#isStopped) continue;
      if (isEvent(item)) this.#lastEvent = toLoggedEvent(item).number;
      else this.#seen.add(item.sort);
      const { message, at }: Stored = JSON.parse(item.value);
      // Posted for an earlier request of the same id, by a client that began to count anew.
      if (message.kind === "cancelled" && at < this.#startedAt - CLOCK_SKEW_MS) continue;
      onMessage(message);
      // An SDK handles notifications a turn after it receives them, but replies at once.
      await nextTurn();
    }
  }
}
