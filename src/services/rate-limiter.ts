import { type CallerScope, partitionOf } from "./caller-scope.ts";

/**
 * Counts what callers take out of buckets that all instances share, in windows of fixed length: the time since 1970, cut
 * in pieces. Fixed and not sliding, because then one atomic count is all there is to a call, and a limit is never
 * exceeded within a window, however many take at once; from the end of one window into the next a caller can take up to
 * twice the limit. Who minds that sets a shorter window with a lower limit.
 */
export interface RateLimiter {
  /**
   * Takes from a bucket. What is refused counts, too: a bucket that was once asked for too much is closed until its
   * window ends, and asking again costs nothing. Throws RangeError for what is no limit.
   */
  take(bucket: string, limit: RateLimit): Promise<Taken>;
}

export interface RateLimit {
  /** How much can be taken in a window. */
  readonly limit: number;
  /** Length of a window, in whole seconds. */
  readonly windowSeconds: number;
  /** How much this takes, a whole number. Default 1. */
  readonly cost?: number;
  /** The owner of the bucket: each caller has one of this name, or all callers share one. Default `"caller"`. */
  readonly per?: "caller" | "everybody";
}

interface Taken {
  readonly allowed: boolean;
  /** How much is left in this window. */
  readonly remaining: number;
  /** Whole seconds after which it is worth asking again; 0 when allowed. */
  readonly retryAfterSeconds: number;
}

/** Buckets that are closed, each with the end of its window in Unix seconds. Shared by the limiters of a process. */
export type ClosedBuckets = Map<string, number>;

/** So that many callers who come once do not fill the memory: what is forgotten costs one more count. */
const MAX_CLOSED = 10_000;

function checkLimit(limit: Required<Omit<RateLimit, "per">>): void {
  const least = { limit: 0, windowSeconds: 1, cost: 0 };
  for (const [name, value] of Object.entries(limit)) {
    const min = least[name as keyof typeof least];
    if (Number.isSafeInteger(value) && value >= min) continue;
    throw new RangeError(`${name} must be a whole number from ${min} on, not ${JSON.stringify(value)}.`);
  }
}

/** Limits for one caller. */
export function createRateLimiter({ store, principal, now }: CallerScope, closed: ClosedBuckets): RateLimiter {
  return {
    async take(bucket, { limit, windowSeconds, cost = 1, per = "caller" }) {
      checkLimit({ limit, windowSeconds, cost });
      const nowSeconds = now() / 1000;
      const window = Math.floor(nowSeconds / windowSeconds);
      const endsAt = (window + 1) * windowSeconds;
      const refusal: Taken = { allowed: false, remaining: 0, retryAfterSeconds: Math.ceil(endsAt - nowSeconds) };
      const owner = per === "caller" ? ["caller", principal] : ["everybody"];
      const partition = partitionOf("rate", [...owner, bucket, String(windowSeconds)]);
      const closedKey = `${partition} ${limit}`;
      if ((closed.get(closedKey) ?? 0) > nowSeconds) return refusal;

      // A second longer, for instances whose clock is behind.
      const sum = await store.add({ partition, sort: String(window) }, cost, endsAt + 1);
      if (sum <= limit) return { allowed: true, remaining: limit - sum, retryAfterSeconds: 0 };
      if (closed.size >= MAX_CLOSED) closed.clear();
      closed.set(closedKey, endsAt);
      return refusal;
    },
  };
}
