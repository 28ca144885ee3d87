import type { ObservedStore } from "./observed-store.ts";
import type { StateItem, StateStore } from "./store.ts";
import { isConflict } from "./store.ts";

/** An event as it was read. */
export interface LoggedEvent {
  /** Its place in the log: larger than that of every event before it. */
  readonly number: number;
  readonly value: string;
}

/** How long an event can be read, in milliseconds. */
const TTL_MS = 7_200_000;
/** Where the numbers of an empty log begin: at the last full hour, in milliseconds. */
const START_STEP_MS = 3_600_000;

/** Kept between attempts to append one event, so that it is not appended twice. */
export interface AppendAttempt {
  /** The number that the event has if an attempt that seemed to fail did not. */
  number?: number | undefined;
}

/**
 * Appends to the log that is the partition, whoever else does, and gives back the event's number. Numbers follow each
 * other without gaps and each is taken on the condition that it is free, so a reader that asks for what is behind a
 * number never misses an event that was written late. An empty log begins at the hour, which is behind whatever
 * expired from it. An append that failed may or may not have happened: with the same `attempt` it happens once.
 */
export async function appendEvent(
  store: ObservedStore,
  partition: string,
  value: string,
  attempt: AppendAttempt = {},
): Promise<number> {
  for (;;) {
    const tried = attempt.number;
    const number = tried ?? (await nextNumber(store, partition));
    const key = { partition, sort: toEventSort(number) };
    attempt.number = number;
    try {
      await store.put({ ...key, value, expiresAt: Math.ceil((store.now() + TTL_MS) / 1000) }, "absent");
      return number;
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Taken by this very event, or by another writer.
      if (tried !== undefined && (await store.get(key))?.value === value) return number;
      attempt.number = undefined;
    }
  }
}

async function nextNumber(store: ObservedStore, partition: string): Promise<number> {
  const last = await lastItem(store, partition);
  return last ? numberOf(last) + 1 : startNumber(store);
}

/** A number behind which there is nothing yet. */
export async function lastNumber(store: ObservedStore, partition: string): Promise<number> {
  const last = await lastItem(store, partition);
  // Below where the hour before begins, because the clock of whoever writes first may lag behind this one.
  return last ? numberOf(last) : startNumber(store) - START_STEP_MS - 1;
}

/** The events behind a number, in order. */
export async function readEvents(store: StateStore, partition: string, after: number): Promise<LoggedEvent[]> {
  const items = await store.list(partition, { after: toEventSort(after) });
  return items.filter(isEvent).map(toLoggedEvent);
}

const PREFIX = "event/";

/** Sort key of an event, of fixed width, so that the text order of the keys is the order of the numbers. */
export const toEventSort = (number: number): string => PREFIX + String(number).padStart(16, "0");

/** Whether an item of the partition is an event of its log. Items of other sorts may lie beside it. */
export const isEvent = ({ sort }: StateItem): boolean => sort.startsWith(PREFIX);

/** The event in an item of the log. */
export const toLoggedEvent = (item: StateItem): LoggedEvent => ({
  number: numberOf(item),
  value: item.value,
});

const numberOf = ({ sort }: StateItem): number => Number(sort.slice(PREFIX.length));

const startNumber = ({ now }: ObservedStore): number => Math.floor(now() / START_STEP_MS) * START_STEP_MS;

async function lastItem(store: StateStore, partition: string): Promise<StateItem | undefined> {
  const [last] = await store.list(partition, { prefix: PREFIX, reverse: true, limit: 1 });
  return last;
}
