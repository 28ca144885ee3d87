import type { JSONRPCMessage, ServerEvent } from "@modelcontextprotocol/server";
import type { ChangeEntry } from "../../services/change-events.ts";
import { isEvent, type LoggedEvent, toEventSort, toLoggedEvent } from "../../store/event-log.ts";
import type { StateStore } from "../../store/store.ts";
import { RECORD, STREAM_LEASE, sessionPartition } from "../sessions/session-keys.ts";
import { type SessionRecord, toRecord } from "../sessions/session-record.ts";
import type { StandalonePosition } from "./standalone-position.ts";
import { toStreamLease } from "./stream-lease.ts";

/** What one look at a session's partition shows. */
export interface SessionSight {
  /** Absent when the session has ended. */
  readonly record?: SessionRecord;
  /** Who serves the standing stream; empty when nobody does. */
  readonly owner: string | undefined;
  /** What was announced behind the position asked for. */
  readonly notifications: readonly LoggedEvent[];
}

/** Looks at a session, with one read. */
export async function lookAtSession(store: StateStore, sessionId: string, after: number): Promise<SessionSight> {
  const items = await store.list(sessionPartition(sessionId), { after: toEventSort(after) });
  const record = items.find(({ sort }) => sort === RECORD);
  const lease = items.find(({ sort }) => sort === STREAM_LEASE);
  return {
    ...(record && { record: toRecord(record) }),
    owner: lease && toStreamLease(lease).owner,
    notifications: items.filter(isEvent).map(toLoggedEvent),
  };
}

/** An event of the standing stream, and where the stream is behind it. */
export interface StandaloneEvent {
  readonly position: StandalonePosition;
  readonly message: JSONRPCMessage;
}

export interface StandaloneSources {
  readonly notifications: readonly LoggedEvent[];
  /** Entries of the fleet's log behind the position, in order. */
  readonly changes: readonly ChangeEntry[];
  readonly record: SessionRecord;
}

/** What there is to tell behind `from`, in order, and where the stream is when all is told. */
export function standaloneEvents(
  from: StandalonePosition,
  { notifications, changes, record }: StandaloneSources,
): { readonly events: readonly StandaloneEvent[]; readonly position: StandalonePosition } {
  const events: StandaloneEvent[] = [];
  let position = from;
  for (const { number, value } of notifications) {
    position = { ...position, notifications: number };
    events.push({ position, message: JSON.parse(value) });
  }
  for (const { number, events: changed } of changes) {
    const { told } = position;
    for (const [index, event] of changed.entries()) {
      if (index < told) continue;
      const isLast = index === changed.length - 1;
      position = { ...position, ...(isLast ? { fleet: number, told: 0 } : { told: index + 1 }) };
      const message = notificationOf(event, record);
      if (message) events.push({ position, message });
    }
  }
  return { events, position };
}

/** The notification that the session's client gets of a change; undefined when it does not concern this client. */
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
