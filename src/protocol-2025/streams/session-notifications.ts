import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { appendEvent } from "../../store/event-log.ts";
import type { ObservedStore } from "../../store/observed-store.ts";
import { sessionPartition } from "../sessions/session-record.ts";

/** Sends a message to a session's client outside of any request: on its standalone stream, whichever instance serves it. */
export async function publishToSession(
  store: ObservedStore,
  sessionId: string,
  message: JSONRPCMessage,
): Promise<void> {
  await appendEvent(store, sessionPartition(sessionId), JSON.stringify(message));
}
