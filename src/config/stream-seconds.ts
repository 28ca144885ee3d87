import type { Invocation } from "../http/http-handler.ts";

/** On Lambda a stream keeps an execution environment, billed and counted, to itself. */
const EXCLUSIVE_SECONDS = 60;
/** Elsewhere it shares its instance; a minute below the shortest limit of an ingress that is made for streams. */
const SHARED_SECONDS = 840;

/** Seconds after which a stream that only waits for news is ended, for its client to open another. */
export const waitingSeconds = (configured: number | undefined, { exclusive }: Invocation): number =>
  configured ?? (exclusive ? EXCLUSIVE_SECONDS : SHARED_SECONDS);
