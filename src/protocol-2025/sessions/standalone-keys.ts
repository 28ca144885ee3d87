import type { StateKey } from "../../store/store.ts";

/**
 * The partition of a session's standalone stream: the log of the notifications that its servers send outside of requests,
 * and beside it the lease of the stream. The instance that serves the stream reads both at once, again and again, so
 * nothing else of the session is here.
 */
export const standalonePartition = (sessionId: string): string => `standalone/${sessionId}`;

export const STREAM_LEASE = "stream-lease";

export const streamLeaseKey = (sessionId: string): StateKey => ({
  partition: standalonePartition(sessionId),
  sort: STREAM_LEASE,
});
