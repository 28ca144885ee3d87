import type { ObservedStore } from "../store/observed-store.ts";
import { isConflict, type StateItem } from "../store/store.ts";

/** One of the places of a partition, taken. */
export interface StreamSlot {
  /** Says that it is still used, if it is time to. Never fails: a place that was lost stays lost. */
  renew(): void;
  /** Frees it. Throws STORE_UNAVAILABLE, and the place is free when its time is up. */
  release(): Promise<void>;
}

export interface SlotOptions {
  readonly store: ObservedStore;
  readonly partition: string;
  /** How many there are. */
  readonly slots: number;
  /** Seconds for which a place stays taken by who is not heard of: its instance may be gone. */
  readonly ttlSeconds: number;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/** Attempts at any slot, before it is read which are free: as a rule most are, and the first attempt costs one write. */
const BLIND_ATTEMPTS = 2;

/**
 * Acquires a free slot; undefined where there is none. Slots have numbers, and a number is written by one owner only, so
 * that never more are acquired than there are, however many try at once. Throws STORE_UNAVAILABLE.
 */
export async function acquireSlot(options: SlotOptions): Promise<StreamSlot | undefined> {
  const { store, partition, slots } = options;
  const all = Array.from({ length: slots }, (_, index) => String(index));
  for (let attempt = 0; ; attempt++) {
    const taken = new Set(attempt < BLIND_ATTEMPTS ? [] : (await store.list(partition)).map(({ sort }) => sort));
    const free = all.filter((sort) => !taken.has(sort));
    // Any of them, so that those who try at once seldom try for the same.
    const sort = free[Math.floor(Math.random() * free.length)];
    if (sort === undefined) return undefined;
    const item = await putOrLose(options, { sort, when: "absent" });
    if (item) return heldSlot(options, item);
  }
}

function heldSlot(options: SlotOptions, taken: StateItem): StreamSlot {
  const { now, ttlSeconds } = options;
  let item: StateItem | undefined = taken;
  let renewedAt = now();
  // One write after the other, because each asks for the version that the one before it left.
  let written: Promise<void> = Promise.resolve();

  async function write(ttl: number): Promise<void> {
    if (item) item = await putOrLose(options, { sort: item.sort, when: item, ttl });
  }
  return {
    renew() {
      if (now() - renewedAt < (ttlSeconds * 1000) / 3) return;
      renewedAt = now();
      // Failed, it is tried again in time.
      written = written.then(() => write(ttlSeconds)).catch(() => {});
    },
    async release() {
      await written;
      await write(0);
    },
  };
}

interface SlotWrite {
  readonly sort: string;
  readonly when: "absent" | StateItem;
  readonly ttl?: number;
}

/** The item as it was written; undefined when somebody else was faster, or it expired and is somebody else's. */
async function putOrLose(
  { store, partition, ttlSeconds, now }: SlotOptions,
  { sort, when, ttl = ttlSeconds }: SlotWrite,
): Promise<StateItem | undefined> {
  const expiresAt = Math.floor(now() / 1000) + ttl;
  try {
    return await store.put({ partition, sort, value: "taken", expiresAt }, when);
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}
