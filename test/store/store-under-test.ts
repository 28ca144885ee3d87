import type { StateStore } from "../../src/adapter.ts";

/** A store, as the contract of stores tests it. */
export interface StoreUnderTest {
  /** A store over the same data each time, by the given clock in milliseconds. Not before the tests begin. */
  open(now?: () => number): StateStore;
  /** How much can be asked of it in a test: 1 for 150 requests a second, 10 for a thousand. */
  readonly speed: 1 | 10;
  /** Whether it tells of writes at other instances. */
  readonly pushes?: boolean;
  /** Why nothing can be learnt from writes to it at the same time. */
  readonly notAtomic?: string;
}

export const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;
