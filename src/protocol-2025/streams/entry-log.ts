import type { StateStore } from "../../store/store.ts";
import { isConflict } from "../../store/store.ts";
import { appendEntry, attemptOf, SILENCE_MS, type StreamEntry } from "./stream-log.ts";

/** The log of a stream, as the one instance that writes it sees it. */
export interface EntryLog {
  /** The number of the entry. Tried again with the same attempt, it is written once. Throws what the store throws. */
  append(entry: Omit<StreamEntry, "aliveUntil">): Promise<number | "superseded">;
}

/** Opens the log that is the partition, for its first entry. */
export function createEntryLog({
  store,
  partition,
}: {
  readonly store: StateStore;
  readonly partition: string;
}): EntryLog {
  const attempts = new Set<string>();
  let next = 0;
  return {
    async append(entry) {
      attempts.add(entry.attempt);
      for (;;) {
        const aliveUntil = Date.now() + SILENCE_MS;
        try {
          await appendEntry(store, partition, { number: next, ...entry, aliveUntil });
          return next++;
        } catch (error) {
          if (!isConflict(error)) throw error;
          const winner = await attemptOf(store, { partition, number: next });
          if (winner === undefined || !attempts.has(winner)) return "superseded";
          // A write of ours that was given up for failed had come through.
          next++;
          if (winner === entry.attempt) return next - 1;
        }
      }
    },
  };
}
