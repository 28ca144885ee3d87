import { monotonicMs } from "../clock.ts";
import { AnycloudError } from "../errors.ts";
import { pollDelayMs } from "../store/observed-store.ts";
import type { StateKey } from "../store/store.ts";
import { type CallerScope, checkTtl, expiresIn, partitionOf } from "./caller-scope.ts";
import type { Life } from "./handles.ts";
import { isLease, type Lease, takeLease } from "./lease.ts";

/**
 * Runs `work` once for a caller's key, and gives its result, as `JSON.parse` reads it, to all who ask with that key: at the same
 * time, on whatever instance, or later, until `ttlSeconds` after it was done. For keys that clients choose, because a client that
 * lost its connection has to send its request anew (MCP 2026-07-28, Streamable HTTP).
 *
 * Work that throws counts as not done: its caller gets the error, and the next caller, or one that waits, runs it again.
 * Work of an instance that died is taken over 20 to 21 seconds after its last sign of life. So work may only run a second
 * time where the first run was cut short, or could not be recorded, in which case the call throws STORE_UNAVAILABLE.
 * The first call costs a read and two writes, each later one a read. Where no token says who calls, all callers are one,
 * and whoever guesses a key gets its result.
 *
 * An instance that stands still for longer, and then goes on, does not know that its work was taken over. Where that must do no
 * harm, the work hands its fencing token on to the system that it writes to, which refuses a token below the largest that it saw.
 */
export type Once = <Result>(key: string, life: Life, work: (run: OnceRun) => Promise<Result>) => Promise<Result>;

/** One run of the work. */
interface OnceRun {
  /**
   * A whole number that is larger than that of each earlier run for the key. Costs a write and a read. Throws STATE_CONFLICT when
   * the work was taken over meanwhile, and STORE_UNAVAILABLE.
   */
  fencingToken(): Promise<number>;
}

/** Seconds for which tokens of a key go on from the last one, at least. */
const TOKEN_SECONDS = 86_400;

const TAKEN_OVER =
  "This work was taken over, because its instance stood still for too long: end it, and write nothing more for it.";

interface Outcome {
  readonly result?: unknown;
}

/** Once per key of one caller. */
export function createOnce({ store, principal, now }: CallerScope): Once {
  return async <Result>(name: string, { ttlSeconds }: Life, work: (run: OnceRun) => Promise<Result>) => {
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
        own ??= JSON.stringify({ result: await work(runOf(lease, key, ttlSeconds)) } satisfies Outcome);
      } catch (error) {
        // A lease that cannot be ended expires.
        await lease.end("", 0).catch(() => {});
        throw error;
      }
      if (await lease.end(own, ttlSeconds)) return (JSON.parse(own) as Outcome).result as Result;
    }
  };

  function runOf(lease: Lease, { partition }: StateKey, ttlSeconds: number): OnceRun {
    return {
      async fencingToken() {
        const expiresAt = expiresIn(Math.max(ttlSeconds, TOKEN_SECONDS), now);
        const token = await store.add({ partition, sort: "fencing-token" }, 1, expiresAt);
        // An instance that takes over the lease from now on gets a larger token than this one.
        if (!(await lease.isHeld())) throw new AnycloudError("STATE_CONFLICT", TAKEN_OVER);
        return token;
      },
    };
  }

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
