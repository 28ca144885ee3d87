import { CLOCK_SKEW_MS } from "../clock.ts";
import { isConflict, type StateItem, type StateKey, type StateStore } from "../store/store.ts";
import { expiresIn } from "./caller-scope.ts";

const SIGN_OF_LIFE_MS = 3_000;
/**
 * Seconds for which a lease holds without a sign of life of its holder: a living one keeps it also where its clock is behind
 * that of everybody else.
 */
const LEASE_SECONDS = (CLOCK_SKEW_MS + SIGN_OF_LIFE_MS + 2_000) / 1_000;

/** The right to decide what stands at a key, for as long as its holder lives. */
export interface Lease {
  /**
   * Ends it with what stands there from then on, for so many seconds; 0 leaves nothing there. False, and nothing is
   * written, when it was lost meanwhile.
   */
  end(value: string, ttlSeconds: number): Promise<boolean>;
  /** Whether it is still held, as the store has it now. Throws STORE_UNAVAILABLE. */
  isHeld(): Promise<boolean>;
}

export interface LeaseSlot {
  readonly store: StateStore;
  readonly key: StateKey;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/**
 * Takes the lease at a key, if nothing is there; undefined otherwise. What stands there meanwhile is `leaseValue`. It is
 * an item like any other: when its holder died, and no longer renews it, it expires.
 */
export async function takeLease({ store, key, now }: LeaseSlot): Promise<Lease | undefined> {
  const leaseValue = JSON.stringify({ holder: crypto.randomUUID() });
  let item: StateItem;
  try {
    item = await store.put({ ...key, value: leaseValue, expiresAt: expiresIn(LEASE_SECONDS, now) }, "absent");
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
  // One write after the other, because each asks for the version that the one before it left.
  let written: Promise<unknown> = Promise.resolve();
  const renewal = setInterval(() => {
    // Failed, it is tried again in time; lost, its end will tell.
    written = written.then(() => write(leaseValue, expiresIn(LEASE_SECONDS, now))).catch(() => {});
  }, SIGN_OF_LIFE_MS);

  async function write(value: string, expiresAt: number): Promise<boolean> {
    for (;;) {
      try {
        item = await store.put({ ...key, value, expiresAt }, item);
        return true;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
      // It is still ours if a renewal that seemed to fail did happen.
      const found = await store.get(key);
      if (found?.value !== leaseValue) return false;
      item = found;
    }
  }

  return {
    isHeld: async () => (await store.get(key))?.value === leaseValue,
    async end(value, ttlSeconds) {
      clearInterval(renewal);
      await written;
      // Past for every instance, also one whose clock is behind.
      return write(value, ttlSeconds === 0 ? Math.floor((now() - CLOCK_SKEW_MS) / 1000) : expiresIn(ttlSeconds, now));
    },
  };
}

/** Whether a value is that of a lease under way. */
export const isLease = (value: unknown): boolean => typeof value === "object" && value !== null && "holder" in value;
