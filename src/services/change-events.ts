import type { ServerEvent } from "@modelcontextprotocol/server";
import type { Caller } from "../auth/caller.ts";
import type { Principal } from "../auth/principal.ts";
import { createBatchedLog } from "../store/batched-log.ts";
import { createChangeWaiter } from "../store/change-waiter.ts";
import { createEventGaps } from "../store/event-gaps.ts";
import { lastNumber, toEventSort, toLoggedEvent } from "../store/event-log.ts";
import type { ObservedStore } from "../store/observed-store.ts";
import { createSharedPublisher } from "./shared-changes.ts";

/** A change, and who may learn of it. */
export type ChangeEvent = ServerEvent & {
  /** Absent where everybody may. */
  readonly for?: readonly Principal[];
};

/** Whether a change concerns a principal. */
export const isFor = ({ for: audience }: ChangeEvent, principal: Principal): boolean =>
  audience?.includes(principal) ?? true;

/** Whether a caller may learn of changes to the resource of a URI. */
export type MayHear = (caller: Caller, uri: string) => boolean;

/** Changes to tools, prompts and resources, told by any instance and heard by all that listen. */
export interface ChangeEvents {
  /**
   * Settles when the event is where every instance will hear it, behind everything this one published before. Throws
   * STORE_UNAVAILABLE when it may not have got there.
   */
  publish(event: ChangeEvent): Promise<void>;
  /** The same for an event that other instances learn of as well, each by itself: it is told once, within a second. */
  publishShared(event: ChangeEvent): Promise<void>;
  /**
   * Hands over every event behind a number, in order, until `signal` fires; gives back that number. Nothing published
   * after it settled is missed. Throws STORE_UNAVAILABLE when the log cannot be asked now; later it is asked again.
   */
  follow(options: FollowOptions): Promise<number>;
}

export interface FollowOptions {
  /** Number behind which to begin, of an entry that was heard before. Default: the end of the log, which is asked for. */
  readonly after?: number | undefined;
  /** Must not throw. */
  readonly onEntry: (entry: ChangeEntry) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Events that were published together. */
export interface ChangeEntry {
  /** Its place in the log; whoever has heard it can go on behind this number. */
  readonly number: number;
  readonly events: readonly ChangeEvent[];
}

const PARTITION = "changes";

/**
 * Pause between reads of an instance that listens, in milliseconds, however long nothing came: the delay of a change is half of it
 * on average. A read that finds nothing is the cheapest that a store has; a thousand instances that listen ask one partition for
 * some 970 units a second, of the 3,000 that a partition has.
 */
const READ_PAUSE_MS = 515;

/** Events over a log in the store. All followers of the process share one reader, which runs only while there are any. */
export function createChangeEvents(store: ObservedStore): ChangeEvents {
  const add = createBatchedLog(store, PARTITION);
  const addShared = createSharedPublisher(store, add);
  return {
    publish: (event) => add(JSON.stringify(event)),
    publishShared: (event) => addShared(JSON.stringify(event)),
    follow: createReader(store),
  };
}

interface Follower {
  /** Number of what it has heard last. */
  position: number;
  readonly onEntry: FollowOptions["onEntry"];
}

/** One loop for all followers: it reads behind the one that is furthest back. */
function createReader(store: ObservedStore): ChangeEvents["follow"] {
  const followers = new Set<Follower>();
  const gaps = createEventGaps(store, PARTITION);
  let reading = false;
  let wake = (): void => {};

  async function read(): Promise<void> {
    reading = true;
    const waiter = createChangeWaiter(store, PARTITION);
    while (followers.size > 0) {
      const awake = new AbortController();
      wake = () => awake.abort();
      await handOver();
      // Spread, so that instances that were woken by one event do not read together from then on.
      await waiter.changed(READ_PAUSE_MS * (0.9 + Math.random() / 5), awake.signal);
    }
    waiter.close();
    reading = false;
  }

  async function handOver(): Promise<void> {
    const after = Math.min(...[...followers].map(({ position }) => position));
    try {
      const items = await store.list(PARTITION, { after: toEventSort(after), eventual: true });
      for (const { number, value } of await gaps.inOrder(items.map(toLoggedEvent), after)) {
        const entry: ChangeEntry = { number, events: JSON.parse(value) };
        for (const follower of followers) {
          // A follower that joined during the read, at an earlier position, waits for the next read.
          if (follower.position < after || follower.position >= number) continue;
          follower.position = number;
          follower.onEntry(entry);
        }
      }
    } catch {
      // A store that cannot be asked is asked again; followers keep their place.
    }
  }

  return async ({ after = Number.POSITIVE_INFINITY, onEntry, signal }) => {
    const last = await lastNumber(store, PARTITION);
    const position = Math.min(after, last);
    if (signal.aborted) return position;
    const follower: Follower = { position, onEntry };
    const leave = (): void => {
      followers.delete(follower);
      if (followers.size === 0) wake();
    };
    signal.addEventListener("abort", leave, { once: true });
    followers.add(follower);
    if (reading) wake();
    else void read();
    return position;
  };
}
