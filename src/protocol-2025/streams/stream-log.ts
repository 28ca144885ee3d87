import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import { CLOCK_SKEW_MS } from "../../clock.ts";
import type { ObservedStore } from "../../store/observed-store.ts";
import { isConflict, type StateItem, type StateStore } from "../../store/store.ts";

/**
 * The log of one request's stream. Its entries are numbered without gaps, and each is written on the condition that its
 * number is free. That one rule orders the events, tells an instance that it was replaced, and lets exactly one writer end
 * the stream.
 */
export interface StreamEntry {
  /** Identifies the attempt to write it, so that its writer recognises it. */
  readonly attempt: string;
  readonly messages: readonly JSONRPCMessage[];
  /** Unix time in milliseconds by which the writer promised a further entry, even if without messages. */
  readonly aliveUntil: number;
  /** Requests without a response; empty in the entry that ends the stream. */
  readonly pending: readonly RequestId[];
}

export interface NumberedEntry extends StreamEntry {
  readonly number: number;
}

/** The partition of one request's stream. */
export const streamPartition = (sessionId: string, streamId: string): string => `stream/${sessionId}/${streamId}`;

/** Fixed width, so that the text order of sort keys is the order of the numbers. */
const toSort = (number: number): string => String(number).padStart(10, "0");

/** For how long a stream can be resumed, in milliseconds. */
const TTL_MS = 3_600_000;

/** Writes entry `number`. False when another writer did. Throws STORE_UNAVAILABLE. */
export async function appendEntry(
  store: ObservedStore,
  partition: string,
  { number, ...entry }: NumberedEntry,
): Promise<boolean> {
  const expiresAt = Math.ceil((store.now() + TTL_MS) / 1000);
  try {
    await store.put({ partition, sort: toSort(number), value: JSON.stringify(entry), expiresAt }, "absent");
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

export interface StreamLog {
  readonly entries: readonly NumberedEntry[];
  /** The connection that resumed the stream last. */
  readonly reader?: string;
}

/** Sort key of the reader, behind those of all entries: whoever reads on learns who reads. */
const READER = "reader";

/** Reads the entries from `number` on. */
export async function readStreamLog(store: StateStore, partition: string, number: number): Promise<StreamLog> {
  const items = await store.list(partition, number > 0 ? { after: toSort(number - 1) } : {});
  const reader = items.find(({ sort }) => sort === READER);
  return { entries: items.filter((item) => item !== reader).map(toEntry), ...(reader && { reader: reader.value }) };
}

/** Makes a connection the reader of the stream: the one before it ends. Throws STORE_UNAVAILABLE. */
export async function writeReader(store: ObservedStore, partition: string, reader: string): Promise<void> {
  const expiresAt = Math.ceil((store.now() + TTL_MS) / 1000);
  await store.put({ partition, sort: READER, value: reader, expiresAt });
}

const toEntry = ({ sort, value }: StateItem): NumberedEntry => ({ number: Number(sort), ...JSON.parse(value) });

/** For how long a request waits for its reply that no stream of a POST carries, in milliseconds: twice the SDKs' limit. */
const UNLOGGED_WAIT_MS = 120_000;

/** Notes that replies to a request of the server are expected, where its stream has no log of its own. */
export async function expectReplies(store: ObservedStore, partition: string, id: RequestId): Promise<void> {
  const aliveUntil = store.now() + UNLOGGED_WAIT_MS;
  await appendEntry(store, partition, {
    number: 0,
    attempt: crypto.randomUUID(),
    messages: [],
    aliveUntil,
    pending: [id],
  });
}

/** Whether the requests that a stream belongs to are still in flight, as far as can be told. */
export async function isInFlight(store: ObservedStore, partition: string): Promise<boolean> {
  // The last entry, and perhaps the reader behind it.
  const items = await store.list(partition, { reverse: true, limit: 2 });
  const last = items.find(({ sort }) => sort !== READER);
  if (!last) return false;
  const entry = toEntry(last);
  return !isLast(entry) && entry.aliveUntil + CLOCK_SKEW_MS > store.now();
}

/** The attempt that wrote entry `number`; undefined when there is no such entry. */
export async function attemptOf(
  store: StateStore,
  key: { readonly partition: string; readonly number: number },
): Promise<string | undefined> {
  const item = await store.get({ partition: key.partition, sort: toSort(key.number) });
  return item && toEntry(item).attempt;
}

/** Whether the log goes no further than this entry. */
export const isLast = ({ pending }: StreamEntry): boolean => pending.length === 0;

/** Where an event is, so that any instance can resume after it. */
export interface EventPosition {
  readonly streamId: string;
  readonly entry: number;
  /** Index of the message in the entry; -1 for the entry as a whole. */
  readonly index: number;
  /** The attempt to write the entry, while it is not known whether it succeeded. Another one may stand there in the end. */
  readonly attempt?: string | undefined;
}

/** The position in an id that `toEventId` of stream-frames.ts made; undefined for any other text. */
export function parseEventId(id: string): EventPosition | undefined {
  const [, streamId, entry, index, attempt] =
    /^([\w-]{8,64})~(\d{1,9})~(-1|\d{1,5})(?:~([\da-f-]{36}))?$/.exec(id) ?? [];
  return streamId === undefined ? undefined : { streamId, entry: Number(entry), index: Number(index), attempt };
}

/** The last entry that surely was written when the event was sent. */
export const surelyWritten = ({ entry, attempt }: EventPosition): number => (attempt ? entry - 1 : entry);

/** How many messages of an entry a client has that got the event at `position`, and all before it. */
export function sentOf({ number, attempt }: NumberedEntry, position: EventPosition): number {
  if (number !== position.entry) return number < position.entry ? Number.POSITIVE_INFINITY : 0;
  return position.attempt && position.attempt !== attempt ? 0 : position.index + 1;
}
