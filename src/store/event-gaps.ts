import { giveUpNumber, type LoggedEvent } from "./event-log.ts";
import type { ObservedStore } from "./observed-store.ts";

/** How long a reader waits for a number that was taken and is not written, in milliseconds. */
const PATIENCE_MS = 2_000;
/** As many writers are not lost at once: a longer gap is one of events that have expired. */
const MOST_LOST = 100;

/** Lets the readers of a log pass what is in order, so that none of them misses an event that is written late. */
export interface EventGaps {
  /** The events up to the first number that is missing. What is behind it is held back until it is written or given up. */
  inOrder(events: readonly LoggedEvent[], after: number): Promise<readonly LoggedEvent[]>;
  /** Whether events were held back by the last call: read again soon. */
  readonly isHolding: boolean;
}

/**
 * For one reader of the log that is the partition. A number whose writer is lost is given up, under the condition that the
 * writer asks for as well: whichever writes first, all readers see the same.
 */
export function createEventGaps(store: ObservedStore, partition: string): EventGaps {
  let missing = -1;
  let since = 0;
  let isHolding = false;

  return {
    async inOrder(events, after) {
      const passed: LoggedEvent[] = [];
      isHolding = false;
      let next = after + 1;
      for (const event of events) {
        const isGap = event.number > next && event.number - next <= MOST_LOST;
        if (isGap) {
          // The number was taken before the event behind it was written: readers that come and go wait no longer than one that stays.
          if (missing !== next) [missing, since] = [next, Math.min(store.now(), event.writtenAt)];
          isHolding = true;
          if (store.now() - since < PATIENCE_MS) return passed;
          // The next read finds an event, or nothing, at each of these numbers.
          for (let number = next; number < event.number; number++) await giveUpNumber(store, partition, number);
          return passed;
        }
        passed.push(event);
        next = event.number + 1;
      }
      return passed;
    },
    get isHolding() {
      return isHolding;
    },
  };
}
