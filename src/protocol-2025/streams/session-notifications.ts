import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { appendEvent } from "../../store/event-log.ts";
import type { StateStore } from "../../store/store.ts";
import { sessionPartition } from "../sessions/session-keys.ts";

/** Says something to a session's client outside of any request: on its standing stream, whichever instance serves it. */
export async function announce(store: StateStore, sessionId: string, message: JSONRPCMessage): Promise<void> {
  await appendEvent(store, sessionPartition(sessionId), JSON.stringify(message));
}
