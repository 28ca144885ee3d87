import { setImmediate as nextTurn } from "node:timers/promises";
import type { RequestId } from "@modelcontextprotocol/server";
import { type ObservedStore, pauseMs } from "../../store/observed-store.ts";
import type { StateItem, StateKey, StateWrite } from "../../store/store.ts";
import type { SessionTimings } from "../timings.ts";
import type { MailboxMessage, StoredMessage } from "./mailbox-message.ts";

/** A mailbox of a session. */
export interface Mailbox {
  readonly sessionId: string;
  readonly name: string;
}

/** Ids of requests are their session's own: those of two sessions may be the same. */
export const mailboxPartition = ({ sessionId, name }: Mailbox): string => `mailbox/${sessionId}/${name}`;

/**
 * The name of the mailbox of the request with this id: computed, not looked up, by whichever instance has a message for it.
 * A hash, because an id that a client chose may be of any length.
 */
export function mailboxOf(requestId: RequestId): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(JSON.stringify(requestId)).digest("base64url").slice(0, 22);
}

/** Long enough for any request to be still in flight. */
const TTL_MS = 3_600_000;
/** Long enough for a reader whose store was unavailable for a while: nobody knows whether there is one. */
const CANCELLATION_TTL_MS = 120_000;

export interface MailboxItem {
  readonly mailbox: Mailbox;
  readonly sort: string;
  readonly message: MailboxMessage;
}

/** A message as the reader of its mailbox expects it in the store. */
export function toMailboxItem(store: ObservedStore, { mailbox, sort, message }: MailboxItem): StateWrite {
  const at = store.now();
  const ttlMs = message.kind === "cancelled" ? CANCELLATION_TTL_MS : TTL_MS;
  const value = JSON.stringify({ message, at } satisfies StoredMessage);
  return { partition: mailboxPartition(mailbox), sort, value, expiresAt: Math.ceil((at + ttlMs) / 1000) };
}

/** A longer reply is kept only while its request is known to be in flight, which takes reads to find out. */
export const MAX_UNCHECKED_LENGTH = 5_000;

/** Says that a long reply was read. Before all that a reader looks at. */
export const answeredKey = (partition: string, serverRequestId: string): StateKey => ({
  partition,
  sort: `answered/${serverRequestId}`,
});

/** Progress is kept in order, before all other messages of a mailbox, with numbers up to this one. */
export const LAST_PROGRESS = 199;

export const PROGRESS = "progress/";

/** Sort key of progress, of fixed width, so that the text order of the keys is the order of the numbers. */
export const toProgressSort = (number: number): string => PROGRESS + String(number).padStart(3, "0");

export const progressNumber = ({ sort }: StateItem): number => Number(sort.slice(PROGRESS.length));

export interface MailboxReaderOptions {
  readonly store: ObservedStore;
  readonly sessionId: string;
  /** The request that the mailbox belongs to. */
  readonly requestId: RequestId;
  readonly timings: SessionTimings;
  /** Unix time in milliseconds at which the request arrived. */
  readonly arrivedAt: number;
  /** The stream that asks: two requests in flight may have the same id, and then the same mailbox. */
  readonly streamId: string;
  /** Called with each message, once. True for a reply that was expected. */
  readonly onMessage: (message: MailboxMessage) => boolean;
}

/** Reads the mailbox of one request while it is in flight, until `stop`. */
export class MailboxReader {
  readonly #options: MailboxReaderOptions;
  readonly #startedAt: number;
  /** The version of each item that was read. */
  readonly #seen = new Map<string, number>();
  /** Most requests are answered before the first read, and cost nothing but this timer. */
  #firstRead: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  /** Ends the pause between two reads: to read, or to begin another pause. */
  #endPause: (isDue: boolean) => void = () => {};
  #name: string | undefined;
  /** Progress up to this was read. */
  #after: string = PROGRESS;
  #expected = 0;
  #expectingSince = 0;
  /** Whether something may have changed since the last read began. */
  #isChanged = false;
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
    if (!this.#firstRead) this.#endPause(false);
    else void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    this.#unsubscribe?.();
    clearTimeout(this.#firstRead);
    this.#endPause(false);
  }

  async #run(): Promise<void> {
    const { store, timings, sessionId } = this.#options;
    const partition = mailboxPartition({ sessionId, name: this.name });
    clearTimeout(this.#firstRead);
    this.#firstRead = undefined;
    const begunAt = store.now();
    this.#unsubscribe = store.subscribe(partition, () => {
      this.#isChanged = true;
      this.#endPause(true);
    });
    let isDue = this.#expected === 0;
    for (;;) {
      if (isDue) await this.#read(partition);
      if (this.#isStopped) return;
      const overdueMs = store.now() - this.#expectingSince - timings.mailboxPatienceMs;
      const whileExpectedMs = timings.mailboxWaitingReadMs + Math.max(0, overdueMs) / 7_200;
      const otherwiseMs = Math.max(timings.mailboxFirstReadMs, (store.now() - this.#startedAt) / 4);
      const ms = Math.min(timings.mailboxSlowestReadMs, this.#expected > 0 ? whileExpectedMs : otherwiseMs);
      const pause = Promise.withResolvers<boolean>();
      const timer = setTimeout(pause.resolve, pauseMs(store, ms, begunAt), true);
      this.#endPause = pause.resolve;
      if (this.#isChanged) pause.resolve(true);
      isDue = await pause.promise;
      clearTimeout(timer);
      if (this.#isStopped) return;
    }
  }

  async #read(partition: string): Promise<void> {
    const { store, streamId, arrivedAt, onMessage } = this.#options;
    this.#isChanged = false;
    // A store that is unavailable now is read again after the next pause.
    const items = await store.list(partition, { after: this.#after, eventual: true }).catch(() => []);
    const removals: Promise<void>[] = [];
    for (const item of items) {
      if (this.#seen.get(item.sort) === item.version || this.#isStopped) continue;
      this.#seen.set(item.sort, item.version);
      const { message, at }: StoredMessage = JSON.parse(item.value);
      // The next read skips this item, or it is removed, so that it is read about once. The last progress may be replaced.
      if (item.sort.startsWith(PROGRESS) && progressNumber(item) < LAST_PROGRESS) this.#after = item.sort;
      else if (message.kind !== "reply") removals.push(store.delete(item).catch(ignore));
      else if (message.serverRequestId.startsWith(`${this.#name}.${streamId}.`)) {
        const isLong = item.value.length > MAX_UNCHECKED_LENGTH;
        const removal = isLong ? this.#removeLong(item, message.serverRequestId) : store.delete(item);
        removals.push(removal.catch(ignore));
      }
      // Posted for an earlier request of this id. Instances' clocks differ, so this may ignore a cancellation that came
      // within that difference, which MCP 2025-11-25 (Cancellation) allows; a request without an answer it does not.
      if (message.kind === "cancelled" && at < arrivedAt) continue;
      if (onMessage(message)) this.#expected--;
      // An SDK handles notifications a turn after it receives them, but replies at once.
      await nextTurn();
    }
    await Promise.all(removals);
  }

  /** A long reply leaves a mark, which is not read here: its client may send it again. */
  async #removeLong(item: StateItem, serverRequestId: string): Promise<void> {
    const { store } = this.#options;
    const { partition, expiresAt } = item;
    await store.put({ ...answeredKey(partition, serverRequestId), value: "read", expiresAt });
    await store.delete(item);
  }
}

/** A message that could not be removed is read again, and passed over. */
const ignore = (): void => {};
