import type { TableClient } from "./table-client.ts";

/** Writes of an instance after which it removes what has expired: at most twice as much as they can have left. */
const WRITES = 100;
const MOST_REMOVED = 200;
/** Seconds that something stays after it has expired, because clocks differ. */
const KEPT_SECONDS = 3_600;
const TIMEOUT_MS = 20_000;

/**
 * Called with each write. After some, it removes expired entities behind a random place of the table: partitions are named so
 * that any two digits are as good. A sweep that fails is made up for by the next one.
 */
export function createSweeper(client: () => Promise<TableClient>, now: () => number): () => void {
  // Instances that are started together do not sweep together.
  let writes = Math.floor(Math.random() * WRITES);

  async function sweep(): Promise<void> {
    const from = Math.floor(Math.random() * 256)
      .toString(16)
      .padStart(2, "0");
    const before = Math.floor(now() / 1000) - KEPT_SECONDS;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    await (await client()).sweep({ from, before, most: MOST_REMOVED, signal });
  }

  return () => {
    writes += 1;
    if (writes < WRITES) return;
    writes = 0;
    void sweep().catch(() => {});
  };
}
