import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { createBatchedLog } from "../../store/batched-log.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import { standalonePartition } from "../sessions/standalone-keys.ts";
import { findStreamLease, wakeHolder } from "./stream-lease.ts";

/** Sends a message to a session's client outside of any request: on its standalone stream, whichever instance serves it. */
export type PublishToSession = (message: JSONRPCMessage) => Promise<void>;

type PublisherContext = Pick<SessionContext, "store" | "wakeUps">;

/** The publisher of one server. Its messages arrive in the order in which they were sent. */
export function createSessionPublisher(context: PublisherContext, sessionId: string): PublishToSession {
  const { store } = context;
  const add = createBatchedLog(store, standalonePartition(sessionId), async () => {
    // A stream that begins after this read finds the message by itself.
    const lease = await findStreamLease(store, sessionId).catch(() => undefined);
    await wakeHolder(context, sessionId, lease);
  });
  return (message) => add(JSON.stringify(message));
}
