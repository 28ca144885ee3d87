import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import type { StateItem, StateStore } from "../../store/store.ts";
import { toSort } from "../sessions/session-keys.ts";

/**
 * The log of one request's stream. Its entries are numbered without gaps, and each is written on the condition that its
 * number is free. That one rule orders the events, tells an instance that was given up for dead that it was, and lets
 * exactly one writer end the stream.
 */
export interface StreamEntry {
  /** Names the attempt to write it, so that its writer knows it again. */
  readonly attempt: string;
  readonly messages: readonly JSONRPCMessage[];
  /** Unix time in milliseconds by which the writer promised a further entry, even if without messages. */
  readonly aliveUntil: number;
  /** Requests that are not answered yet; none of them in the entry that ends the stream. */
  readonly pending: readonly RequestId[];
}

export interface NumberedEntry extends StreamEntry {
  readonly number: number;
}

/** How long an instance may be silent before another one may end its streams. */
export const SILENCE_MS = 12_000;
/** How often it says that it is there. */
export const SIGN_OF_LIFE_MS = 4_000;

/** For how long a stream can be resumed, in milliseconds. */
const TTL_MS = 3_600_000;

/** Writes entry `number`. Throws STATE_CONFLICT when somebody else did. */
export async function appendEntry(
  store: StateStore,
  partition: string,
  { number, ...entry }: NumberedEntry,
): Promise<void> {
  const expiresAt = Math.ceil((Date.now() + TTL_MS) / 1000);
  await store.put({ partition, sort: toSort(number), value: JSON.stringify(entry), expiresAt }, "absent");
}

/** The entries from `number` on. */
export async function readEntries(store: StateStore, partition: string, number: number): Promise<NumberedEntry[]> {
  const items = await store.list(partition, number > 0 ? { after: toSort(number - 1) } : {});
  return items.map(toEntry);
}

const toEntry = ({ sort, value }: StateItem): NumberedEntry => ({ number: Number(sort), ...JSON.parse(value) });

/** The attempt that entry `number` came of; undefined when there is no such entry. */
export async function attemptOf(
  store: StateStore,
  key: { readonly partition: string; readonly number: number },
): Promise<string | undefined> {
  const item = await store.get({ partition: key.partition, sort: toSort(key.number) });
  return item && toEntry(item).attempt;
}

/** Whether the log goes no further than this entry. */
export const isLast = ({ pending }: StreamEntry): boolean => pending.length === 0;

/** An event's id says where it is in which stream, so that any instance can go on behind it. */
export const toEventId = (streamId: string, entry: number, index: number): string => `${streamId}~${entry}~${index}`;

export interface EventPosition {
  readonly streamId: string;
  readonly entry: number;
  /** Of the message in the entry; -1 for the entry as a whole. */
  readonly index: number;
}

/** Undefined for what `toEventId` did not make. */
export function parseEventId(id: string): EventPosition | undefined {
  const [, streamId, entry, index] = /^([\w-]{8,64})~(\d{1,9})~(-1|\d{1,5})$/.exec(id) ?? [];
  return streamId === undefined ? undefined : { streamId, entry: Number(entry), index: Number(index) };
}
