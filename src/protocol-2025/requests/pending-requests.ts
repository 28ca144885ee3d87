import type { JSONRPCRequest, RequestId } from "@modelcontextprotocol/server";

/** The requests of one POST, one but for batches (MCP 2025-03-26), as they are answered. */
export interface PendingRequests {
  /** Those that are still to be answered. */
  left(): readonly RequestId[];
  /** Undefined when it is over. */
  find(id: RequestId): JSONRPCRequest | undefined;
  /** The request is over. False when it was before. */
  remove(id: RequestId): boolean;
  /** Settles when all of them are over. */
  readonly over: Promise<void>;
}

export function createPendingRequests(requests: readonly JSONRPCRequest[]): PendingRequests {
  const pending = new Map(requests.map((request) => [request.id, request]));
  const { promise: over, resolve: finish } = Promise.withResolvers<void>();
  return {
    left: () => [...pending.keys()],
    find: (id) => pending.get(id),
    remove(id) {
      const removed = pending.delete(id);
      if (pending.size === 0) finish();
      return removed;
    },
    over,
  };
}
