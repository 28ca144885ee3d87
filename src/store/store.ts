import { AnycloudError } from "../errors.ts";

/** Where an item is. Partitions are independent of each other; within one, items are ordered by `sort`. */
export interface StateKey {
  /** 1 to 1,024 bytes of UTF-8. */
  readonly partition: string;
  /** 1 to 256 bytes of UTF-8, compared byte by byte. */
  readonly sort: string;
}

/** An item as it is written. */
export interface StateWrite extends StateKey {
  /** Any text, JSON as a rule, up to `MAX_VALUE_BYTES`. */
  readonly value: string;
  /** Unix time in whole seconds from which the item is absent, whether or not the backend has removed it by then. */
  readonly expiresAt: number;
}

/** An item as it was read. */
export interface StateItem extends StateWrite {
  /** Names this state of the item: every write gives the item a version that no earlier write of it had. */
  readonly version: number;
}

/** Which items of a partition, by their sort keys. */
export interface StateRange {
  /** Only sort keys that begin with this. */
  readonly prefix?: string;
  /** Only sort keys behind this one. */
  readonly after?: string;
  /** At most so many items; all by default. */
  readonly limit?: number;
  /** The last ones first. Default false. */
  readonly reverse?: boolean;
  /**
   * For a reader that asks again and again: the items may be those of a moment ago, which costs half where a backend bills
   * by consistency. Default false.
   */
  readonly eventual?: boolean;
}

/** The largest value every store takes, in bytes of UTF-8: more than the largest message that is let in by default. */
export const MAX_VALUE_BYTES: number = 8_388_608;

/**
 * The one storage port: what the toolkit keeps outside its instances is built on these verbs alone. A new backend is one
 * file and one run of the contract suite.
 *
 * Absence and failure are different results: every verb throws STORE_UNAVAILABLE, within a bounded time, when the
 * backend could not be asked. A write that failed so may or may not have happened, but never by half.
 */
export interface StateStore {
  /** The item as it is now (strongly consistent); undefined when it is absent or expired. */
  get(key: StateKey): Promise<StateItem | undefined>;
  /**
   * Writes the whole item; of concurrent writers with the same condition exactly one succeeds.
   * `"absent"` asks that there is no such item (an expired one counts as none), `{ version }` that it is still that
   * version. Throws STATE_CONFLICT when the condition does not hold.
   */
  put(item: StateWrite, when?: StateCondition): Promise<StateItem>;
  /** Idempotent. */
  delete(key: StateKey): Promise<void>;
  /** Items of a partition in the order of their sort keys (strongly consistent, unless `eventual` is asked for). */
  list(partition: string, range?: StateRange): Promise<StateItem[]>;
  /**
   * Adds to a counter atomically and returns the sum; an absent or expired counter is 0. The counter then expires at
   * `expiresAt`. Read as an item, a counter is its decimal text. Keys of counters are used for nothing else.
   */
  add(key: StateKey, amount: number, expiresAt: number): Promise<number>;
  /**
   * The sort keys of items as they are written, in order, from a moment after the call on, for backends that push. Counters, and
   * items that are deleted, need not be among them. Ends when `signal` fires, and throws when the backend pushes no more: then
   * something may have been missed. Without `watch`, whoever waits asks again.
   */
  watch?(partition: string, signal: AbortSignal): AsyncIterable<string>;
}

export type StateCondition = "absent" | { readonly version: number };

/** Whether a conditional write lost against somebody else's. */
export const isConflict = (error: unknown): boolean =>
  error instanceof AnycloudError && error.code === "STATE_CONFLICT";
