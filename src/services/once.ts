import { monotonicMs } from "../clock.ts";
import { pollDelayMs } from "../store/observed-store.ts";
import type { StateKey } from "../store/store.ts";
import { type CallerScope, checkTtl, partitionOf } from "./caller-scope.ts";
import type { Life } from "./handles.ts";
import { isLease, takeLease } from "./lease.ts";

/**
 * Runs `work` once for a caller's key, and gives its result, as `JSON.parse` reads it, to all who ask with that key: at the same time, on
 * whatever instance, or later, until `ttlSeconds` after it was done. For keys that clients choose, because a client that
 * lost its connection has to send its request anew (MCP 2026-07-28, Streamable HTTP).
 *
 * Work that throws counts as not done: its caller gets the error, and the next caller, or one that waits, runs it again.
 * Work of an instance that died is taken over 10 to 11 seconds after its last sign of life. So work may only run a second
 * time where the first run was cut short, or could not be recorded, in which case the call throws STORE_UNAVAILABLE.
 * The first call costs a read and two writes, each later one a read. Where no token says who calls, all callers are one,
 * and whoever guesses a key gets its result.
 */
export type Once = <Result>(key: string, life: Life, work: () => Promise<Result>) => Promise<Result>;

interface Outcome {
  readonly result?: unknown;
}

/** Once per key of one caller. */
export function createOnce({ store, principal, now }: CallerScope): Once {
  return async <Result>(name: string, { ttlSeconds }: Life, work: () => Promise<Result>) => {
    checkTtl(ttlSeconds);
    const key: StateKey = { partition: partitionOf("once", [principal, name]), sort: "outcome" };
    let own: string | undefined;
    for (;;) {
      const outcome = await outcomeAt(key);
      if (outcome) return outcome.result as Result;
      const lease = await takeLease({ store, key, now });
      if (!lease) continue;
      try {
        // Not run again when the lease was lost in spite of it, and is there to be had again.
        own ??= JSON.stringify({ result: await work() } satisfies Outcome);
      } catch (error) {
        // A lease that cannot be ended expires.
        await lease.end("", 0).catch(() => {});
        throw error;
      }
      if (await lease.end(own, ttlSeconds)) return (JSON.parse(own) as Outcome).result as Result;
    }
  };

  /** The outcome of the work, once it is no longer in progress; undefined when no instance does it. */
  async function outcomeAt(key: StateKey): Promise<Outcome | undefined> {
    const startedAt = monotonicMs();
    for (;;) {
      const item = await store.get(key);
      if (!item) return undefined;
      const value: unknown = JSON.parse(item.value);
      if (!isLease(value)) return value as Outcome;
      await store.changed(key.partition, pollDelayMs(monotonicMs() - startedAt));
    }
  }
}
