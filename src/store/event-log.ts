import type { ObservedStore } from "./observed-store.ts";
import type { StateItem, StateKey } from "./store.ts";
import { isConflict } from "./store.ts";

/** An event as it was read. */
export interface LoggedEvent {
  /** Its place in the log: larger than that of every event before it. */
  readonly number: number;
  /** JSON; `[]` stands where a writer took a number and then wrote nothing. */
  readonly value: string;
  /** When it was written by its writer's clock, in milliseconds since 1970, to the second. */
  readonly writtenAt: number;
}

/** How long an event can be read, in milliseconds. */
const TTL_MS = 7_200_000;
/** How long the last number is known, in milliseconds: longer than anybody remembers a place in the log. */
const COUNTER_TTL_MS = 8 * 86_400_000;
const RENEW_BEFORE_MS = 2 * 86_400_000;

/** Kept between attempts to append one event, so that it is not appended twice. */
export interface AppendAttempt {
  /** The number that the event has if an attempt that seemed to fail did not. */
  number?: number | undefined;
}

/**
 * Appends to the log that is the partition, whoever else does, and gives back the event's number. Numbers come from a counter, so
 * that writers do not compete: an event costs two writes, however many instances append at once. It is written on the
 * condition that its number is free, because readers do not wait for a slow writer for ever (event-gaps.ts): then it gets
 * another number. An append that failed may or may not have happened: with the same `attempt` it happens once. Throws
 * STORE_UNAVAILABLE.
 */
export async function appendEvent(
  store: ObservedStore,
  partition: string,
  value: string,
  attempt: AppendAttempt = {},
): Promise<number> {
  for (;;) {
    attempt.number ??= await store.add(counterKey(partition), 1, expiresIn(store, COUNTER_TTL_MS));
    const { number } = attempt;
    const key = { partition, sort: toEventSort(number) };
    try {
      await store.put({ ...key, value, expiresAt: expiresIn(store, TTL_MS) }, "absent");
      return number;
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Taken by this very event, or given up by a reader.
      if ((await store.get(key))?.value === value) return number;
      attempt.number = undefined;
    }
  }
}

/** Takes a number from its writer, if that has not written yet: an entry without events stands there then. */
export async function giveUpNumber(store: ObservedStore, partition: string, number: number): Promise<void> {
  try {
    const item = { partition, sort: toEventSort(number), value: "[]", expiresAt: expiresIn(store, TTL_MS) };
    await store.put(item, "absent");
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

/** The last number that was taken; 0 for an empty log. Throws STORE_UNAVAILABLE. */
export async function lastNumber(store: ObservedStore, partition: string): Promise<number> {
  const key = counterKey(partition);
  const counter = await store.get(key);
  if (!counter) return 0;
  // Otherwise numbers could begin again below one that a reader of now remembers.
  const isLate = counter.expiresAt * 1000 - store.now() < RENEW_BEFORE_MS;
  return isLate ? store.add(key, 0, expiresIn(store, COUNTER_TTL_MS)) : Number(counter.value);
}

const PREFIX = "event/";

/** Beside the log, not in it: its readers do not pay for it, and its writes are no load of their partition. */
const counterKey = (partition: string): StateKey => ({ partition: `last/${partition}`, sort: "number" });

/** Sort key of an event, of fixed width, so that the text order of the keys is the order of the numbers. */
export const toEventSort = (number: number): string => PREFIX + String(number).padStart(16, "0");

/** Whether an item of the partition is an event of its log. Items of other sorts may lie beside it. */
export const isEvent = ({ sort }: StateItem): boolean => sort.startsWith(PREFIX);

/** The event in an item of the log. */
export const toLoggedEvent = ({ sort, value, expiresAt }: StateItem): LoggedEvent => ({
  number: Number(sort.slice(PREFIX.length)),
  value,
  writtenAt: expiresAt * 1000 - TTL_MS,
});

const expiresIn = ({ now }: ObservedStore, ms: number): number => Math.ceil((now() + ms) / 1000);
