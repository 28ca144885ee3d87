import type { JSONRPCMessage, ServerEvent } from "@modelcontextprotocol/server";
import { isEvent, type LoggedEvent, toEventSort, toLoggedEvent } from "../../store/event-log.ts";
import type { FleetEntry } from "../../services/change-events.ts";
import type { StateStore } from "../../store/store.ts";
import { LISTENER, RECORD, sessionPartition } from "../sessions/session-keys.ts";
import { type SessionRecord, toRecord } from "../sessions/session-record.ts";
import { toListener } from "./stream-lease.ts";
import type { StandingPosition } from "./standalone-position.ts";

/** What one look at a session's partition shows. */
export interface SessionSight {
  /** Absent when the session has ended. */
  readonly record?: SessionRecord;
  /** Who serves the standing stream; empty when nobody does. */
  readonly owner: string | undefined;
  /** What was announced behind the position asked for. */
  readonly news: readonly LoggedEvent[];
}

/** Looks at a session, with one read. */
export async function lookAtSession(store: StateStore, sessionId: string, after: number): Promise<SessionSight> {
  const items = await store.list(sessionPartition(sessionId), { after: toEventSort(after) });
  const record = items.find(({ sort }) => sort === RECORD);
  const listener = items.find(({ sort }) => sort === LISTENER);
  return {
    ...(record && { record: toRecord(record) }),
    owner: listener && toListener(listener).owner,
    news: items.filter(isEvent).map(toLoggedEvent),
  };
}

/** An event of the standing stream, and where the stream is behind it. */
export interface StandingEvent {
  readonly position: StandingPosition;
  readonly message: JSONRPCMessage;
}

export interface StandingSources {
  readonly news: readonly LoggedEvent[];
  /** Entries of the fleet's log behind the position, in order. */
  readonly changes: readonly FleetEntry[];
  readonly record: SessionRecord;
}

/** What there is to tell behind `from`, in order, and where the stream is when all is told. */
export function standingEvents(
  from: StandingPosition,
  { news, changes, record }: StandingSources,
): { readonly events: readonly StandingEvent[]; readonly position: StandingPosition } {
  const events: StandingEvent[] = [];
  let position = from;
  for (const { number, value } of news) {
    position = { ...position, news: number };
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
