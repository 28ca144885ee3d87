import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { AnycloudError } from "../errors.ts";
import { type AppendAttempt, appendEvent } from "./event-log.ts";
import type { ObservedStore } from "./observed-store.ts";

/** Settles when the item, given as JSON text, is in the log. Throws STORE_UNAVAILABLE when it may not have got there. */
export type AddToLog = (json: string) => Promise<void>;

/** An entry is one value of the store, and is read whole. */
const MAX_ITEMS = 500;
const MAX_LENGTH = 250_000;

/** Longest pauses before an entry is written again: together less than the time that platforms leave before their deadline. */
const RETRY_PAUSES_MS = [100, 300, 900];

interface Waiting {
  readonly json: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Adds items to the log that is the partition, in order. There is one write at a time, and it takes along what came up
 * during the one before it: a burst costs a few writes. An entry is a JSON list. `afterWrite` runs behind each write, and must
 * not throw.
 */
export function createBatchedLog(
  store: ObservedStore,
  partition: string,
  afterWrite: (number: number, entry: string) => Promise<void> = async () => {},
): AddToLog {
  const queue: Waiting[] = [];
  let isWriting = false;

  async function write(): Promise<void> {
    isWriting = true;
    // Waiting a turn lets additions that follow one another at once share the first write.
    await nextTurn();
    while (queue.length > 0) {
      const batch = takeBatch(queue);
      try {
        const entry = `[${batch.map(({ json }) => json).join()}]`;
        await afterWrite(await appendWithRetries(store, partition, entry), entry);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isWriting = false;
  }

  return (json) =>
    new Promise((resolve, reject) => {
      queue.push({ json, resolve, reject });
      if (!isWriting) void write();
    });
}

/** Removes as many items from the queue as fit into one entry, and at least one. */
function takeBatch(queue: Waiting[]): Waiting[] {
  let length = 0;
  const end = queue.findIndex(({ json }, index) => {
    length += json.length + 1;
    return index > 0 && (length > MAX_LENGTH || index >= MAX_ITEMS);
  });
  return queue.splice(0, end < 0 ? queue.length : end);
}

async function appendWithRetries(store: ObservedStore, partition: string, value: string): Promise<number> {
  const attempt: AppendAttempt = {};
  for (const pauseMs of RETRY_PAUSES_MS) {
    try {
      return await appendEvent(store, partition, value, attempt);
    } catch (error) {
      if (!(error instanceof AnycloudError) || error.code !== "STORE_UNAVAILABLE") throw error;
    }
    // Instances that lost the store at the same time must not come back to it together.
    await sleep(pauseMs * (0.5 + Math.random() / 2));
  }
  return appendEvent(store, partition, value, attempt);
}
