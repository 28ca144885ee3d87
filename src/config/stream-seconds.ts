import type { Invocation } from "../http/http-handler.ts";

/** Where a stream keeps an instance to itself, each second of it is billed. */
const EXCLUSIVE_SECONDS = 60;
/** Elsewhere a stream shares its instance: a minute below the shortest limit of an ingress that is made for streams. */
const SHARED_SECONDS = 840;

/** Seconds after which a stream that only waits for notifications is ended, for its client to open another. */
export const streamSecondsOf = (configured: number | undefined, { exclusive }: Pick<Invocation, "exclusive">): number =>
  configured ?? (exclusive ? EXCLUSIVE_SECONDS : SHARED_SECONDS);
