/** Default where a waiting stream keeps an instance to itself, which is billed while it waits. */
const EXCLUSIVE_SECONDS = 60;
/** Default elsewhere: a minute below the shortest limit, 15 minutes, of the ingresses that are made for streams. */
const SHARED_SECONDS = 840;

/** Seconds after which a stream that only waits for notifications ends, so that its client opens another. */
export const streamSecondsOf = (
  configured: number | undefined,
  { exclusive }: { readonly exclusive?: boolean | undefined },
): number => configured ?? (exclusive ? EXCLUSIVE_SECONDS : SHARED_SECONDS);
