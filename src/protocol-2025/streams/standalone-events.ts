import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import type { Principal } from "../../auth/principal.ts";
import { type ChangeEntry, type ChangeEvent, isFor } from "../../services/change-events.ts";
import { isEvent, type LoggedEvent, toEventSort, toLoggedEvent } from "../../store/event-log.ts";
import type { StateStore } from "../../store/store.ts";
import type { SessionRecord } from "../sessions/session-record.ts";
import { STREAM_LEASE, standalonePartition } from "../sessions/standalone-keys.ts";
import type { StandalonePosition } from "./standalone-position.ts";
import { toStreamLease } from "./stream-lease.ts";

/** The contents of the standalone stream's partition, from one read. */
export interface StandaloneState {
  /** The holder of the stream lease: empty when nobody holds it, undefined when the session has ended. */
  readonly owner: string | undefined;
  /** The session's notifications after the position that was asked for. */
  readonly notifications: readonly LoggedEvent[];
}

/** Reads who holds the stream lease, and the session's notifications after number `after`. */
export async function readStandaloneState(
  store: StateStore,
  sessionId: string,
  after: number,
): Promise<StandaloneState> {
  const items = await store.list(standalonePartition(sessionId), { after: toEventSort(after) });
  const lease = items.find(({ sort }) => sort === STREAM_LEASE);
  return {
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
  /** As the session's servers declared them. */
  readonly capabilities: SessionRecord["capabilities"];
  readonly principal: Principal;
  /** URIs of the changed resources that the session subscribed to. */
  readonly subscribed: ReadonlySet<string>;
  /** Whether the session's client may learn of changes to a resource. */
  readonly mayHear: (uri: string) => boolean;
}

/** URIs of the resources that changed. */
export const changedResources = (changes: readonly ChangeEntry[]): ReadonlySet<string> =>
  new Set(changes.flatMap(({ events }) => events.flatMap((event) => ("uri" in event ? [event.uri] : []))));

/** The events after `from`, in order, and the position of the stream after all of them. */
export function standaloneEvents(
  from: StandalonePosition,
  { notifications, changes, capabilities, principal, subscribed, mayHear }: StandaloneSources,
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
      const message = isFor(event, principal) ? notificationOf(event, { capabilities, subscribed }) : undefined;
      const isSecret = event.kind === "resource_updated" && !mayHear(event.uri);
      if (message && !isSecret) events.push({ position, message });
    }
  }
  return { events, position };
}

/** The notification of a change for the session's client; undefined when the change does not concern it. */
function notificationOf(
  event: ChangeEvent,
  { capabilities, subscribed }: Pick<StandaloneSources, "capabilities" | "subscribed">,
): JSONRPCMessage | undefined {
  const { kind, params } = event;
  const notification = (method: string, more?: object): JSONRPCMessage => ({
    jsonrpc: "2.0",
    method,
    ...((params || more) && { params: { ...params, ...more } }),
  });
  if (kind === "resource_updated") {
    const { uri } = event;
    return subscribed.has(uri) ? notification("notifications/resources/updated", { uri }) : undefined;
  }
  const subject = kind === "tools_list_changed" ? "tools" : kind === "prompts_list_changed" ? "prompts" : "resources";
  return capabilities[subject]?.listChanged ? notification(`notifications/${subject}/list_changed`) : undefined;
}
