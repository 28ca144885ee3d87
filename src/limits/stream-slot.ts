import type { ObservedStore } from "../store/observed-store.ts";
import { isConflict, type StateItem } from "../store/store.ts";

/** One of the slots of a partition, acquired. */
export interface StreamSlot {
  /** Says that it is still used, if it is time to. Never fails: a slot that was lost stays lost. */
  renew(): void;
  /** Frees it. Throws STORE_UNAVAILABLE, and the slot is free when its time is up. */
  release(): Promise<void>;
}

export interface SlotOptions {
  readonly store: ObservedStore;
  readonly partition: string;
  /** Identifies the stream, or the session that has one at a time. */
  readonly owner: string;
  /** How many there are. */
  readonly slots: number;
  /** Seconds for which a slot stays taken without a sign of its owner, whose instance may be gone. */
  readonly ttlSeconds: number;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/**
 * Acquires a slot; undefined where none is free. Slots have numbers, and a number is written by one owner only, so that
 * never more are acquired than there are, however many try at once. Each owner has a number of its own to try first: as a
 * rule that is free, and costs one write. An owner that has a slot already gets the same one again: the instance of a
 * stream that broke may be gone, and have left it taken. Throws STORE_UNAVAILABLE.
 */
export async function acquireSlot(options: SlotOptions): Promise<StreamSlot | undefined> {
  const { store, partition, slots, owner } = options;
  const { createHash } = process.getBuiltinModule("node:crypto");
  const first = String(createHash("sha256").update(owner).digest().readUInt32BE() % slots);
  let item = await putOrLose(options, { sort: first, when: "absent" });
  while (!item) {
    const taken = await store.list(partition);
    const own = taken.find(({ value }) => value === owner);
    const sort = own?.sort ?? anyFree(slots, taken);
    if (sort === undefined) return undefined;
    item = await putOrLose(options, { sort, when: own ?? "absent" });
  }
  return heldSlot(options, item);
}

/** Any of the free ones, so that those who try at once seldom try for the same. */
function anyFree(slots: number, taken: readonly StateItem[]): string | undefined {
  const sorts = new Set(taken.map(({ sort }) => sort));
  const free = Array.from({ length: slots }, (_, index) => String(index)).filter((sort) => !sorts.has(sort));
  return free[Math.floor(Math.random() * free.length)];
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
  { store, partition, owner, ttlSeconds, now }: SlotOptions,
  { sort, when, ttl = ttlSeconds }: SlotWrite,
): Promise<StateItem | undefined> {
  const expiresAt = Math.floor(now() / 1000) + ttl;
  try {
    return await store.put({ partition, sort, value: owner, expiresAt }, when);
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}
