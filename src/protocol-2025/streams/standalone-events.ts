import type { JSONRPCMessage, ServerEvent } from "@modelcontextprotocol/server";
import type { ChangeEntry } from "../../services/change-events.ts";
import { isEvent, type LoggedEvent, toEventSort, toLoggedEvent } from "../../store/event-log.ts";
import type { StateStore } from "../../store/store.ts";
import { RECORD, type SessionRecord, STREAM_LEASE, sessionPartition, toRecord } from "../sessions/session-record.ts";
import type { StandalonePosition } from "./standalone-position.ts";
import { toStreamLease } from "./stream-lease.ts";

/** The contents of a session's partition, from one read. */
export interface SessionState {
  /** Absent when the session has ended. */
  readonly record?: SessionRecord;
  /** The holder of the stream lease; empty when nobody holds it. */
  readonly owner: string | undefined;
  /** The session's notifications after the position that was asked for. */
  readonly notifications: readonly LoggedEvent[];
}

/** Reads a session and its notifications after number `after`. */
export async function readSessionState(store: StateStore, sessionId: string, after: number): Promise<SessionState> {
  const items = await store.list(sessionPartition(sessionId), { after: toEventSort(after) });
  const record = items.find(({ sort }) => sort === RECORD);
  const lease = items.find(({ sort }) => sort === STREAM_LEASE);
  return {
    ...(record && { record: toRecord(record) }),
    owner: lease && toStreamLease(lease).owner,
    notifications: items.filter(isEvent).map(toLoggedEvent),
  };
}

/** An event of the standalone stream, and the position of the stream after it. */
export interface StandaloneEvent {
  readonly position: StandalonePosition;
  readonly message: JSONRPCMessage;
}

export interface StandaloneSources {
  readonly notifications: readonly LoggedEvent[];
  /** Entries in the log of change events after the position, in order. */
  readonly changes: readonly ChangeEntry[];
  readonly record: SessionRecord;
}

/** The events after `from`, in order, and the position of the stream after all of them. */
export function standaloneEvents(
  from: StandalonePosition,
  { notifications, changes, record }: StandaloneSources,
): { readonly events: readonly StandaloneEvent[]; readonly position: StandalonePosition } {
  const events: StandaloneEvent[] = [];
  let position = from;
  for (const { number, value } of notifications) {
    const entry: readonly JSONRPCMessage[] = JSON.parse(value);
    const { sentNotifications } = position;
    for (const [index, message] of entry.entries()) {
      if (index < sentNotifications) continue;
      const isLast = index === entry.length - 1;
      const after = isLast ? { notifications: number, sentNotifications: 0 } : { sentNotifications: index + 1 };
      position = { ...position, ...after };
      events.push({ position, message });
    }
  }
  for (const { number, events: changed } of changes) {
    const { sent } = position;
    for (const [index, event] of changed.entries()) {
      if (index < sent) continue;
      const isLast = index === changed.length - 1;
      position = { ...position, ...(isLast ? { changes: number, sent: 0 } : { sent: index + 1 }) };
      const message = notificationOf(event, record);
      if (message) events.push({ position, message });
    }
  }
  return { events, position };
}

/** The notification of a change for the session's client; undefined when the change does not concern it. */
function notificationOf(
  event: ServerEvent,
  { capabilities, subscriptions }: SessionRecord,
): JSONRPCMessage | undefined {
  const { kind, params } = event;
  const notification = (method: string, more?: object): JSONRPCMessage => ({
    jsonrpc: "2.0",
    method,
    ...((params || more) && { params: { ...params, ...more } }),
  });
  if (kind === "resource_updated") {
    const { uri } = event;
    return subscriptions.includes(uri) ? notification("notifications/resources/updated", { uri }) : undefined;
  }
  const subject = kind === "tools_list_changed" ? "tools" : kind === "prompts_list_changed" ? "prompts" : "resources";
  return capabilities[subject]?.listChanged ? notification(`notifications/${subject}/list_changed`) : undefined;
}
