import type { StreamRequest } from "../../auth/request-context.ts";
import type { HttpResponse } from "../../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../../http/json-rpc.ts";
import { SSE_HEADERS, sseRetry } from "../../http/sse.ts";
import type { ChangeEntry } from "../../services/change-events.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import { sessionPartition } from "../sessions/session-keys.ts";
import type { Session } from "../sessions/session-record.ts";
import { lookAtSession, standaloneEvents } from "./standalone-events.ts";
import { type StandalonePosition, toStandaloneEventId } from "./standalone-position.ts";
import { streamEnd } from "./stream-end.ts";
import { frameOf, POLLING_SINCE, RETRY_MS } from "./stream-frames.ts";
import { acquireStreamLease, findStreamLease, type HeldStreamLease, isServed } from "./stream-lease.ts";

/**
 * Serves the stream that carries what belongs to no request: what the session's servers announce, on whatever instance,
 * and what changes in the fleet. There is one per session. A client that resumes it takes it over, because its own
 * connection broke and nobody may have noticed; one that does not is refused while the stream is served, unless its
 * revision gives it no id to resume with.
 */
export async function openStandaloneStream(
  context: SessionContext,
  session: Session,
  { resumed, ...requestContext }: StreamRequest & { readonly resumed?: StandalonePosition | undefined },
): Promise<HttpResponse> {
  const { store, changeEvents, streamSeconds } = context;
  const found = await findStreamLease(store, session.id);
  const couldResume = session.record.protocolVersion >= POLLING_SINCE;
  if (!resumed && couldResume && isServed(found)) return servedElsewhere();
  const known = resumed ?? found?.position;
  const ending = streamEnd(requestContext, streamSeconds);
  const changes = createInflow();
  const over = new AbortController();
  const fleet = await changeEvents.follow({
    ...(known && { after: known.fleet }),
    signal: AbortSignal.any([ending, over.signal]),
    onEntry: changes.add,
  });
  // Nobody has heard what was announced before the first stream.
  const position = known ?? { notifications: 0, fleet, told: 0 };
  const hold = await acquireStreamLease(store, session.id, { found, position });
  // Of a client that has left meanwhile, nobody would read the stream, nor end it.
  if (!hold || requestContext.abandoned.aborted) {
    over.abort();
    await hold?.release(position);
    return servedElsewhere();
  }
  const body = frames(context, session, { requestContext, ending, over, changes, hold, position });
  return { status: 200, headers: SSE_HEADERS, body };
}

interface Standing {
  readonly requestContext: StreamRequest;
  readonly ending: AbortSignal;
  /** Aborted when the stream is over, for whatever reason. */
  readonly over: AbortController;
  readonly changes: Inflow;
  readonly hold: HeldStreamLease;
  readonly position: StandalonePosition;
}

/** How often news of other instances are looked for, in milliseconds. What happens here, and in the fleet, wakes. */
const SOONEST_LOOK_MS = 250;
const RAREST_LOOK_MS = 2_000;

async function* frames(
  { store }: SessionContext,
  { id, record: { protocolVersion } }: Session,
  { requestContext, ending, over, changes, hold, ...start }: Standing,
): AsyncGenerator<string, void> {
  let { position } = start;
  let quietSince = Date.now();
  // A store that cannot be asked now is asked again.
  const tolerate = (error: unknown): undefined => requestContext.failed(error) as undefined;
  // A reader that leaves does not wait for it.
  const { promise: released, resolve: finish } = Promise.withResolvers<void>();
  requestContext.invocation.waitUntil?.(released);
  try {
    yield frameOf({ id: toStandaloneEventId(position) }, protocolVersion);
    for (;;) {
      const woken = changes.nextChange();
      const sight = await lookAtSession(store, id, position.notifications).catch(tolerate);
      if (sight && (!sight.record || sight.owner !== hold.owner)) {
        // Sent away to come back; otherwise the session has ended, or another stream has taken this one's place.
        if (sight.owner === "") yield sseRetry(RETRY_MS);
        return;
      }
      if (sight?.record) {
        const next = standaloneEvents(position, {
          notifications: sight.notifications,
          record: sight.record,
          changes: changes.take(),
        });
        for (const { position: behind, message } of next.events) {
          position = behind;
          quietSince = Date.now();
          yield frameOf({ id: toStandaloneEventId(position), message }, protocolVersion);
        }
        position = next.position;
      }
      if (ending.aborted) {
        yield sseRetry(RETRY_MS);
        return;
      }
      await hold.renew(position).catch(tolerate);
      const lookMs = Math.min(RAREST_LOOK_MS, Math.max(SOONEST_LOOK_MS, (Date.now() - quietSince) / 8));
      await store.changed(sessionPartition(id), lookMs, AbortSignal.any([ending, woken]));
    }
  } finally {
    over.abort();
    await hold.release(position).catch(tolerate);
    finish();
  }
}

/** Entries of the fleet's log on their way into a stream. */
interface Inflow {
  readonly add: (entry: ChangeEntry) => void;
  take(): readonly ChangeEntry[];
  /** Fires when an entry comes that was not there at the time of the call. */
  nextChange(): AbortSignal;
}

function createInflow(): Inflow {
  let entries: ChangeEntry[] = [];
  let change = new AbortController();
  return {
    add(entry) {
      entries.push(entry);
      change.abort();
    },
    take() {
      const taken = entries;
      entries = [];
      return taken;
    },
    nextChange() {
      change = new AbortController();
      return change.signal;
    },
  };
}

/** As both SDKs refuse a second stream. */
const servedElsewhere = (): HttpResponse =>
  errorResponse(409, {
    code: JsonRpcCode.HTTP_ERROR,
    message: "Conflict: the session's stream is open already, and there is one per session.",
  });
