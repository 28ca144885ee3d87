import type { StateKey } from "../../store/store.ts";

/**
 * The partition of a session: the log of the notifications that its servers send outside of requests, and beside it the
 * record and the lease of the standalone stream. The instance that serves that stream reads all three at once.
 */
export const sessionPartition = (sessionId: string): string => `session/${sessionId}`;

export const RECORD = "record";

export const STREAM_LEASE = "stream-lease";

export const recordKey = (sessionId: string): StateKey => ({ partition: `session/${sessionId}`, sort: RECORD });

export const streamLeaseKey = (sessionId: string): StateKey => ({
  partition: `session/${sessionId}`,
  sort: STREAM_LEASE,
});
