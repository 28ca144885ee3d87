import { setImmediate as nextTurn } from "node:timers/promises";
import type { JSONRPCMessage, JSONRPCNotification } from "@modelcontextprotocol/server";
import { appendEvent, isEvent, toEventSort, toLoggedEvent } from "../../store/event-log.ts";
import { type ObservedStore, pollDelayMs } from "../../store/observed-store.ts";
import { isConflict, type StateStore } from "../../store/store.ts";

/** Long enough for any request to be still under way. */
const TTL_MS = 3_600_000;

/** What a request under way is told by its client, through whichever instance the client reached. */
export type MailboxMessage =
  /** A reply to the server→client request of this wire id; the first one counts. */
  | { readonly kind: "reply"; readonly serverRequestId: string; readonly message: JSONRPCMessage }
  /** `notifications/progress` on one, in the order in which they were sent. */
  | { readonly kind: "progress"; readonly message: JSONRPCNotification }
  /** `notifications/cancelled` for the request itself. */
  | { readonly kind: "cancelled"; readonly message: JSONRPCNotification };

interface Stored {
  readonly note: MailboxMessage;
  /** Unix time in milliseconds. */
  readonly at: number;
}

/** Leaves a note in the inbox `partition`. */
export async function postToMailbox(store: StateStore, partition: string, note: MailboxMessage): Promise<void> {
  const at = Date.now();
  const stored: Stored = { note, at };
  const value = JSON.stringify(stored);
  if (note.kind === "progress") {
    await appendEvent(store, partition, value);
    return;
  }
  const expiresAt = Math.ceil((at + TTL_MS) / 1000);
  try {
    await store.put({ partition, sort: sortOf(note), value, expiresAt }, note.kind === "reply" ? "absent" : undefined);
  } catch (error) {
    // Answered before: a client that repeats a reply it is not sure of is told that it arrived.
    if (!isConflict(error)) throw error;
  }
}

/** Behind the log of progress, so that a reader who asks for what follows in the log sees these as well. */
const sortOf = (note: Exclude<MailboxMessage, { kind: "progress" }>): string =>
  note.kind === "reply" ? `reply/${note.serverRequestId}` : `request/${note.kind}`;

export interface MailboxReader {
  /** The server waits for a reply from now on, or no longer: then the inbox is read often, otherwise rarely. */
  expect(change: 1 | -1): void;
  stop(): void;
}

export interface MailboxOptions {
  readonly store: ObservedStore;
  readonly partition: string;
  /** Called with each note, once. */
  readonly onMessage: (note: MailboxMessage) => void;
}

/** A client rarely calls off a request sooner than this; most requests are answered by then and never ask the store. */
const FIRST_LOOK_MS = 500;
const RAREST_LOOK_MS = 5_000;

/** Instances' clocks differ by less. */
const CLOCK_SKEW_MS = 10_000;

/** Reads the inbox of one request while it is under way. */
export function readMailbox({ store, partition, onMessage }: MailboxOptions): MailboxReader {
  const startedAt = Date.now();
  const seen = new Set<string>();
  const stopped = new AbortController();
  let hurry = new AbortController();
  let heard = 0;
  let expected = 0;
  let expectedSince = 0;

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      const signal = AbortSignal.any([stopped.signal, hurry.signal]);
      await store.changed(partition, delayMs(), signal);
      if (stopped.signal.aborted) return;
      if (hurry.signal.aborted) hurry = new AbortController();
      else await look();
    }
  }

  const delayMs = (): number => {
    if (expected > 0) return pollDelayMs(Date.now() - expectedSince);
    return Math.min(RAREST_LOOK_MS, Math.max(FIRST_LOOK_MS, (Date.now() - startedAt) / 4));
  };

  async function look(): Promise<void> {
    // A store that cannot be asked now is asked again at the next look.
    const items = await store.list(partition, { after: toEventSort(heard) }).catch(() => []);
    for (const item of items) {
      if (seen.has(item.sort) || stopped.signal.aborted) continue;
      if (isEvent(item)) heard = toLoggedEvent(item).number;
      else seen.add(item.sort);
      const { note, at }: Stored = JSON.parse(item.value);
      // Left for an earlier request of the same id, by a client that began to count anew.
      if (note.kind === "cancelled" && at < startedAt - CLOCK_SKEW_MS) continue;
      onMessage(note);
      // An SDK takes up notifications a moment after it gets them, but replies at once.
      await nextTurn();
    }
  }

  void run();
  return {
    expect(change) {
      expected += change;
      if (change < 0) return;
      expectedSince = Date.now();
      hurry.abort();
    },
    stop: () => stopped.abort(),
  };
}
