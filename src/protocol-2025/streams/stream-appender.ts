import type { ObservedStore } from "../../store/observed-store.ts";
import { isConflict } from "../../store/store.ts";
import type { SessionTimings } from "../timings.ts";
import { appendEntry, attemptOf, type StreamEntry } from "./stream-log.ts";

export interface StreamAppenderOptions {
  readonly store: ObservedStore;
  readonly partition: string;
  readonly timings: Pick<SessionTimings, "writerSilenceMs">;
}

/** Appends to the log of a stream, for the one instance that writes it from its first entry on. */
export class StreamAppender {
  readonly #options: StreamAppenderOptions;
  readonly #attempts = new Set<string>();
  #next = 0;

  constructor(options: StreamAppenderOptions) {
    this.#options = options;
  }

  /** The number of the entry. Repeated with the same attempt, it is written once. Throws what the store throws. */
  async append(entry: Omit<StreamEntry, "aliveUntil">): Promise<number | "superseded"> {
    const { store, partition, timings } = this.#options;
    this.#attempts.add(entry.attempt);
    for (;;) {
      const aliveUntil = store.now() + timings.writerSilenceMs;
      try {
        await appendEntry(store, partition, { number: this.#next, ...entry, aliveUntil });
        return this.#next++;
      } catch (error) {
        if (!isConflict(error)) throw error;
        const winner = await attemptOf(store, { partition, number: this.#next });
        if (winner === undefined || !this.#attempts.has(winner)) return "superseded";
        // A write of this instance had succeeded although it seemed to fail.
        this.#next++;
        if (winner === entry.attempt) return this.#next - 1;
      }
    }
  }
}
