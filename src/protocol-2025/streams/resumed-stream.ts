import type { StreamRequest } from "../../auth/request-context.ts";
import type { HttpResponse } from "../../http/http-handler.ts";
import { SSE_HEADERS, sseRetry } from "../../http/sse.ts";
import { pollDelayMs } from "../../store/observed-store.ts";
import { isConflict, type StateStore } from "../../store/store.ts";
import { badRequest } from "../error-responses.ts";
import { failedAnswer } from "../requests/failed-response.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import { streamPartition } from "../sessions/session-keys.ts";
import type { Session } from "../sessions/session-record.ts";
import { streamEnd } from "./stream-end.ts";
import { frameOf, RETRY_MS } from "./stream-frames.ts";
import {
  appendEntry,
  type EventPosition,
  isLast,
  type NumberedEntry,
  readEntries,
  SILENCE_MS,
  toEventId,
} from "./stream-log.ts";

/** Instances' clocks, which the platforms keep, differ by less. */
const CLOCK_SKEW_MS = 2_000;

/** Serves the stream of a request from behind an event on, whichever instance began it, also while it is being written. */
export async function resumeStream(
  { store, streamSeconds }: SessionContext,
  session: Session,
  { position, ...requestContext }: StreamRequest & { readonly position: EventPosition },
): Promise<HttpResponse> {
  const { streamId } = position;
  const { protocolVersion } = session.record;
  const partition = streamPartition(session.id, streamId);
  const found = await readEntries(store, partition, position.entry);
  const [first] = found;
  if (first?.number !== position.entry)
    return badRequest(undefined, "There is no such event to go on from, or no longer.");
  if (endedWithoutResult(found, position)) return { status: 204, headers: {} };
  const ending = streamEnd(requestContext, streamSeconds);
  // While the store cannot be asked, its writer cannot be heard of.
  let deafUntil = 0;

  async function* frames(entries: readonly NumberedEntry[]): AsyncGenerator<string, void> {
    // The head of the answer leaves with it.
    yield frameOf({ id: toEventId(streamId, position.entry, position.index) }, protocolVersion);
    let told = position;
    let last = first as NumberedEntry;
    let waitingSince = Date.now();
    for (let batch = entries; ; batch = await readEntries(store, partition, last.number + 1).catch(readNothing)) {
      for (const entry of batch) {
        for (const [index, message] of entry.messages.entries()) {
          if (entry.number === told.entry && index <= told.index) continue;
          told = { streamId, entry: entry.number, index };
          waitingSince = Date.now();
          yield frameOf({ id: toEventId(streamId, entry.number, index), message }, protocolVersion);
        }
        last = entry;
      }
      if (isLast(last)) return;
      if (ending.aborted) {
        yield sseRetry(RETRY_MS);
        return;
      }
      if (Date.now() > lostAt(last)) await endLost(store, partition, last).catch(readNothing);
      else await store.changed(partition, pollDelayMs(Date.now() - waitingSince), ending);
    }
  }

  // A store that cannot be asked now is asked again.
  function readNothing(error: unknown): [] {
    requestContext.failed(error);
    deafUntil = Date.now() + SILENCE_MS;
    return [];
  }

  /**
   * When the instance that writes the stream has to be given up. By its own promise, because whoever waits here may
   * itself be gone before it has waited long enough to judge.
   */
  function lostAt({ aliveUntil }: NumberedEntry): number {
    return Math.max(aliveUntil + CLOCK_SKEW_MS, deafUntil);
  }
  return { status: 200, headers: SSE_HEADERS, body: frames(found) };
}

/**
 * Whether the stream has ended behind `position` with nothing left to tell, and not with a result: the clients of both
 * SDKs come back for ever for a request that was called off, and that of SDK v1 for one that failed. Of what they are
 * answered, 204 tells them to stop, as it does any reader of event streams (HTML Standard §9.2.3).
 */
function endedWithoutResult(found: readonly NumberedEntry[], { entry, index }: EventPosition): boolean {
  const untold = found.flatMap(({ number, messages }) => (number === entry ? messages.slice(index + 1) : messages));
  const end = found.at(-1);
  return (
    end !== undefined && isLast(end) && untold.length === 0 && !end.messages.some((message) => "result" in message)
  );
}

/** Answers in place of an instance that is gone. Whoever writes the next entry first has the last word. */
async function endLost(store: StateStore, partition: string, { number, pending }: NumberedEntry): Promise<void> {
  const messages = pending.map((id) => failedAnswer(id, INSTANCE_LOST));
  const entry = { number: number + 1, attempt: crypto.randomUUID(), messages, pending: [], aliveUntil: 0 };
  try {
    await appendEntry(store, partition, entry);
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

const INSTANCE_LOST = "The instance that served this request was lost: it may have been carried out in part, or whole.";
