import { setImmediate as nextTurn } from "node:timers/promises";
import type { JSONRPCMessage, JSONRPCNotification, RequestId } from "@modelcontextprotocol/server";
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

/** A mailbox of a session. */
export interface Mailbox {
  readonly sessionId: string;
  readonly name: string;
}

/**
 * The name of the mailbox of the request with this id: computed, not looked up, by whichever instance has a message for it.
 * A hash, because an id that a client chose may be of any length.
 */
export function mailboxOf(requestId: RequestId): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(JSON.stringify(requestId)).digest("base64url").slice(0, 22);
}

/** Ids of requests are their session's own: those of two sessions may be the same. */
const mailboxPartition = ({ sessionId, name }: Mailbox): string => `mailbox/${sessionId}/${name}`;

/** Puts a message into a mailbox. Throws STORE_UNAVAILABLE. */
export async function postToMailbox(store: ObservedStore, mailbox: Mailbox, message: MailboxMessage): Promise<void> {
  const partition = mailboxPartition(mailbox);
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
  readonly sessionId: string;
  /** The request that the mailbox belongs to. */
  readonly requestId: RequestId;
  readonly timings: SessionTimings;
  /** Unix time in milliseconds at which the request arrived. */
  readonly arrivedAt: number;
  /** Called with each message, once. */
  readonly onMessage: (message: MailboxMessage) => void;
}

/** A reason of its own costs less than the error with a stack that `abort()` makes. */
const EXPECTING = "a reply is expected";

/** Reads the mailbox of one request while it is in flight, until `stop`. */
export class MailboxReader {
  readonly #options: MailboxReaderOptions;
  readonly #startedAt: number;
  readonly #seen = new Set<string>();
  /** Most requests are answered before the first read, and cost nothing but this timer. */
  #firstRead: NodeJS.Timeout | undefined;
  #wake = new AbortController();
  #name: string | undefined;
  #lastEvent = 0;
  #expected = 0;
  #expectingSince = 0;
  #isStopped = false;

  constructor(options: MailboxReaderOptions) {
    this.#options = options;
    this.#startedAt = options.store.now();
    this.#firstRead = setTimeout(() => void this.#run(), options.timings.mailboxFirstReadMs);
  }

  get name(): string {
    this.#name ??= mailboxOf(this.#options.requestId);
    return this.#name;
  }

  /** A further reply is expected, or one less: while there is any, the mailbox is read often, otherwise rarely. */
  expectReply(change: 1 | -1): void {
    this.#expected += change;
    if (change < 0) return;
    this.#expectingSince = this.#options.store.now();
    if (this.#firstRead) {
      clearTimeout(this.#firstRead);
      void this.#run();
    } else this.#wake.abort(EXPECTING);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#firstRead);
    this.#wake.abort(EXPECTING);
  }

  async #run(): Promise<void> {
    const { store, sessionId } = this.#options;
    const partition = mailboxPartition({ sessionId, name: this.name });
    this.#firstRead = undefined;
    if (this.#expected === 0) await this.#read(partition);
    while (!this.#isStopped) {
      await store.changed(partition, this.#pauseMs(), this.#wake.signal);
      if (this.#isStopped) return;
      if (this.#wake.signal.aborted) this.#wake = new AbortController();
      else await this.#read(partition);
    }
  }

  #pauseMs(): number {
    const { store, timings } = this.#options;
    if (this.#expected > 0) return pollDelayMs(store.now() - this.#expectingSince);
    const quarter = (store.now() - this.#startedAt) / 4;
    return Math.min(timings.mailboxSlowestReadMs, Math.max(timings.mailboxFirstReadMs, quarter));
  }

  async #read(partition: string): Promise<void> {
    const { store, onMessage } = this.#options;
    // A store that is unavailable now is read again after the next pause.
    const items = await store.list(partition, { after: toEventSort(this.#lastEvent) }).catch(() => []);
    for (const item of items) {
      if (this.#seen.has(item.sort) || this.#isStopped) continue;
      if (isEvent(item)) this.#lastEvent = toLoggedEvent(item).number;
      else this.#seen.add(item.sort);
      const { message, at }: Stored = JSON.parse(item.value);
      if (message.kind === "cancelled") {
        // It is for one request, and its client may use the id again.
        void store.delete(item).catch(() => {});
        // Posted for an earlier request of this id. Instances' clocks differ, so this may ignore a cancellation that came
        // within that difference, which MCP 2025-11-25 (Cancellation) allows; a request without an answer it does not.
        if (at < this.#options.arrivedAt) continue;
      }
      onMessage(message);
      // An SDK handles notifications a turn after it receives them, but replies at once.
      await nextTurn();
    }
  }
}
