import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { createBatchedLog } from "../../store/batched-log.ts";
import type { ObservedStore } from "../../store/observed-store.ts";
import { standalonePartition } from "../sessions/standalone-keys.ts";

/** Sends a message to a session's client outside of any request: on its standalone stream, whichever instance serves it. */
export type PublishToSession = (message: JSONRPCMessage) => Promise<void>;

/** The publisher of one server. Its messages arrive in the order in which they were sent. */
export function createSessionPublisher(store: ObservedStore, sessionId: string): PublishToSession {
  const add = createBatchedLog(store, standalonePartition(sessionId));
  return (message) => add(JSON.stringify(message));
}
