import type { HttpResponse } from "../../http/http-handler.ts";
import { SSE_HEADERS, sseRetry } from "../../http/sse.ts";
import { callOnListen } from "../../server/listening-client.ts";
import type { StreamRequest } from "../../server/mcp-request.ts";
import { createChangeWaiter } from "../../store/change-waiter.ts";
import { createEventGaps } from "../../store/event-gaps.ts";
import { type LoggedEvent, lastNumber } from "../../store/event-log.ts";
import type { ObservedStore } from "../../store/observed-store.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import type { Session } from "../sessions/session-record.ts";
import { STREAM_LEASE, standalonePartition } from "../sessions/standalone-keys.ts";
import { isSubscribed } from "../sessions/subscriptions.ts";
import { ChangeBuffer } from "./change-buffer.ts";
import { changedResources, readStandaloneState, standaloneEvents } from "./standalone-events.ts";
import { type StandalonePosition, toStandaloneEventId, withinLogs } from "./standalone-position.ts";
import { streamEnd } from "./stream-end.ts";
import { frameOf, RETRY_MS } from "./stream-frames.ts";
import { acquireStreamLease, findStreamLease, type HeldStreamLease } from "./stream-lease.ts";
import { openingOwner, resumingOwner, takenTooOften } from "./stream-takeover.ts";

export interface StandaloneOptions {
  readonly request: StreamRequest;
  /** Where the client lost the stream. Absent for a new one. */
  readonly resumed?: StandalonePosition | undefined;
}

/** How often to look again at a lease that changed while it was being acquired. */
const ATTEMPTS = 5;

/**
 * Serves the standalone SSE stream: the notifications of the session's servers on all instances, and the change events.
 * There is one per session, and the newest opening wins, with or without an id to resume from: the connection of the one
 * before it may have broken unnoticed. A stream that was replaced by a newer opening is not resumed: 204 makes its client
 * stay away (HTML Standard §9.2.3), where two would take the stream from each other.
 */
export async function openStandaloneStream(
  context: SessionContext,
  session: Session,
  options: StandaloneOptions,
): Promise<HttpResponse> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const response = await tryToOpen(context, session, options);
    if (response) return response;
  }
  return takenTooOften();
}

/** Undefined when another opening, or a renewal, was faster. */
async function tryToOpen(
  context: SessionContext,
  session: Session,
  { request, resumed }: StandaloneOptions,
): Promise<HttpResponse | undefined> {
  const { store, wakeUps, changeEvents, openServices, onListen, streamSeconds, timings } = context;
  const found = await findStreamLease(store, session.id);
  const newest = found?.position.opening ?? 0;
  if (resumed && resumed.opening < newest) return { status: 204, headers: {} };
  const next = resumed ? resumingOwner(found, store.now()) : openingOwner(found, store.now());
  if (!next) return takenTooOften();
  const known = resumed ?? found?.position;
  const lastNotification = known ? await lastNumber(store, standalonePartition(session.id)) : 0;
  const ending = streamEnd(request, streamSeconds);
  const changes = new ChangeBuffer();
  const closed = new AbortController();
  const signal = AbortSignal.any([ending, closed.signal]);
  const lastChange = await changeEvents.follow({
    ...(known && { after: known.changes }),
    signal,
    onEntry: (entry) => changes.add(entry),
  });
  // Before the first stream, nobody has received anything.
  const from = known
    ? withinLogs(known, lastNotification, lastChange)
    : { notifications: 0, sentNotifications: 0, changes: lastChange, sent: 0 };
  const position = { ...from, opening: resumed ? newest : newest + 1 };
  const acquiring = acquireStreamLease({ store, wakeUps, timings, sessionId: session.id, found, next, position });
  const lease = await acquiring.catch((error: unknown) => {
    // Without it, changes would be kept for a stream that is none, until its time would be up.
    closed.abort();
    throw error;
  });
  // The stream of a client that has left meanwhile would have no reader to end it.
  if (!lease || request.signal.aborted) {
    closed.abort();
    await lease?.release(position);
    return lease && takenTooOften();
  }
  const { initialize } = session.record;
  callOnListen(onListen, {
    ...{ era: "legacy", request, openServices, resources: [], signal },
    session: { id: session.id, initialize },
  });
  const body = frames(context, session, { request, ending, closed, changes, lease, position });
  return { status: 200, headers: SSE_HEADERS, body };
}

interface OpenStream {
  readonly request: StreamRequest;
  readonly ending: AbortSignal;
  /** Aborted when the stream is closed, for whatever reason. */
  readonly closed: AbortController;
  readonly changes: ChangeBuffer;
  readonly lease: HeldStreamLease;
  readonly position: StandalonePosition;
}

async function* frames(
  { store, wakeUps, timings, mayHear = () => true }: SessionContext,
  { id, record: { protocolVersion, capabilities, principal } }: Session,
  { request, ending, closed, changes, lease, ...start }: OpenStream,
): AsyncGenerator<string, void> {
  let { position } = start;
  /** Where the last message was sent: what did not concern the session is soon passed over again. */
  let sent = position;
  let isWoken = true;
  let readAgainAt = 0;
  const partition = standalonePartition(id);
  const waiter = createChangeWaiter(store, partition, STREAM_LEASE);
  const stopListening = wakeUps.listen();
  const gaps = createEventGaps(store, partition);
  // A store that is unavailable now is read again.
  const tolerate = (error: unknown): undefined => request.reportFailure(error) as undefined;
  // A reader that leaves does not wait for it.
  const { promise: released, resolve: finish } = Promise.withResolvers<void>();
  request.invocation.waitUntil?.(released);
  try {
    yield frameOf({ id: toStandaloneEventId(position) }, protocolVersion);
    // A change event wakes the stream as well, but does not make it read its session.
    for (;;) {
      const woken = changes.nextChange();
      let notifications: readonly LoggedEvent[] = [];
      if (isWoken || store.now() >= readAgainAt) {
        const state = await readStandaloneState(store, id, position.notifications).catch(tolerate);
        if (state && state.owner !== lease.owner) {
          // Revoked for the client to come back; otherwise the session has ended, or another stream has taken over.
          if (state.owner === "") yield sseRetry(RETRY_MS);
          return;
        }
        notifications =
          (state && (await gaps.inOrder(state.notifications, position.notifications).catch(tolerate))) ?? [];
        const isSettled = state && !gaps.isHolding;
        readAgainAt = store.now() + (isSettled ? spread(timings.standaloneCheckMs) : timings.notificationFastestReadMs);
      }
      const changed = changes.entries;
      const subscribed = await subscribedOf(store, id, changedResources(changed)).catch(tolerate);
      if (!subscribed) readAgainAt = Math.min(readAgainAt, store.now() + timings.notificationFastestReadMs);
      const next = standaloneEvents(position, {
        notifications,
        changes: subscribed ? changed : [],
        capabilities,
        principal,
        subscribed: subscribed ?? new Set(),
        // The caller of now, whose rights may be others than those of the caller who subscribed.
        mayHear: (uri) => mayHear(request.caller, uri),
      });
      if (subscribed) changes.drop(changed.length);
      for (const { position: after, message } of next.events) {
        position = after;
        sent = after;
        yield frameOf({ id: toStandaloneEventId(position), message }, protocolVersion);
      }
      position = next.position;
      if (ending.aborted) {
        yield sseRetry(RETRY_MS);
        return;
      }
      await lease.advance(sent).catch(tolerate);
      const pauseMs = Math.max(0, Math.min(readAgainAt - store.now(), lease.msUntilWrite(sent)));
      isWoken = await waiter.changed(pauseMs, AbortSignal.any([ending, woken]));
    }
  } finally {
    closed.abort();
    waiter.close();
    stopListening();
    await lease.release(position).catch(tolerate);
    finish();
  }
}

/** About as long: streams that were opened together do not read together. */
const spread = (ms: number): number => ms * (0.5 + Math.random());

/** Finds the URIs that the session subscribed to. Throws STORE_UNAVAILABLE. */
async function subscribedOf(
  store: ObservedStore,
  sessionId: string,
  uris: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const checked = await Promise.all(
    [...uris].map(async (uri) => ((await isSubscribed(store, sessionId, uri)) ? [uri] : [])),
  );
  return new Set(checked.flat());
}
