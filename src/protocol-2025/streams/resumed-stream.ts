import { CLOCK_SKEW_MS } from "../../clock.ts";
import type { HttpResponse } from "../../http/http-handler.ts";
import { failedResponse } from "../../http/json-rpc.ts";
import { SSE_HEADERS, sseRetry } from "../../http/sse.ts";
import type { StreamRequest } from "../../server/mcp-request.ts";
import { type ChangeWaiter, createChangeWaiter } from "../../store/change-waiter.ts";
import { type ObservedStore, pollDelayMs } from "../../store/observed-store.ts";
import { badRequest } from "../error-responses.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import type { Session } from "../sessions/session-record.ts";
import { streamEnd } from "./stream-end.ts";
import { frameOf, RETRY_MS, toEventId } from "./stream-frames.ts";
import {
  appendEntry,
  type EventPosition,
  isLast,
  type NumberedEntry,
  readStreamLog,
  type StreamLog,
  sentOf,
  streamPartition,
  surelyWritten,
  writeReader,
} from "./stream-log.ts";

export interface ResumeOptions {
  readonly request: StreamRequest;
  readonly position: EventPosition;
}

/**
 * Serves the stream of a request after an event, whichever instance began it, also while it is being written. The newest
 * connection reads it, and the one before it ends.
 */
export async function resumeStream(
  { store, streamSeconds, timings }: SessionContext,
  { id, record: { protocolVersion } }: Session,
  { request, position }: ResumeOptions,
): Promise<HttpResponse> {
  const { streamId } = position;
  const partition = streamPartition(id, streamId);
  const from = surelyWritten(position);
  const found = await readStreamLog(store, partition, from);
  const [first] = found.entries;
  if (first?.number !== from) return badRequest(undefined, "There is no such event to go on from, or no longer.");
  if (hasNothingLeft(found.entries, position)) return { status: 204, headers: {} };
  // An ended stream needs no single reader: its rest is sent at once to each client that asks.
  const reader = crypto.randomUUID();
  if (!hasEnded(found.entries)) await writeReader(store, partition, reader);
  const ending = streamEnd(request, streamSeconds);

  // Since when the reader saw no further entry, by reads that the store answered.
  let silentSince = 0;
  // While the store is unavailable, nothing can be learned of the stream's writer.
  let promisedUntil = 0;

  // Its silence is measured here, whatever the clocks say. An instance that is itself soon gone goes by what was promised.
  const isWriterLost = (last: NumberedEntry): boolean =>
    store.now() > silentSince + timings.writerSilenceMs ||
    store.now() > Math.max(last.aliveUntil + CLOCK_SKEW_MS, promisedUntil);

  async function* frames(waiter: ChangeWaiter): AsyncGenerator<string, void> {
    // The head of the response leaves with it.
    yield frameOf({ id: toEventId(position) }, protocolVersion);
    let sent = position;
    let last = first as NumberedEntry;
    let quietSince = store.now();
    silentSince = store.now();
    for (let log = found; ; log = await readStreamLog(store, partition, last.number + 1).catch(readNothing)) {
      if (log !== found && log.reader !== undefined && log.reader !== reader) return;
      for (const entry of log.entries) {
        for (const [index, message] of entry.messages.entries()) {
          if (index < sentOf(entry, sent)) continue;
          sent = { streamId, entry: entry.number, index };
          quietSince = store.now();
          yield frameOf({ id: toEventId(sent), message }, protocolVersion);
        }
        last = entry;
        silentSince = store.now();
      }
      if (isLast(last)) return;
      if (ending.aborted) {
        yield sseRetry(RETRY_MS);
        return;
      }
      if (isWriterLost(last)) {
        request.logFields.outcome = "instance_lost";
        await endLostStream(store, partition, last).catch(readNothing);
      } else await waiter.changed(pollDelayMs(store.now() - quietSince), ending);
    }
  }

  async function* body(): AsyncGenerator<string, void> {
    const waiter = createChangeWaiter(store, partition);
    try {
      yield* frames(waiter);
    } finally {
      waiter.close();
    }
  }

  // A store that is unavailable now is read again.
  function readNothing(error: unknown): StreamLog {
    request.reportFailure(error);
    silentSince = store.now();
    promisedUntil = store.now() + timings.writerSilenceMs;
    return { entries: [] };
  }
  return { status: 200, headers: SSE_HEADERS, body: body() };
}

/**
 * Whether the stream has ended, with no message after `position`. Clients of SDK v1 1.23 come back for ever for a request
 * whose result they have, others for one that was called off or failed. Only 204 makes them stop, as it does any reader of
 * event streams (HTML Standard §9.2.3).
 */
const hasNothingLeft = (found: readonly NumberedEntry[], position: EventPosition): boolean =>
  hasEnded(found) && found.every((entry) => entry.messages.length <= sentOf(entry, position));

function hasEnded(found: readonly NumberedEntry[]): boolean {
  const last = found.at(-1);
  return last !== undefined && isLast(last);
}

/** Ends the stream of an instance that is gone. Whoever writes the next entry first has the last word. */
async function endLostStream(
  store: ObservedStore,
  partition: string,
  { number, pending }: NumberedEntry,
): Promise<void> {
  const messages = pending.map((id) => failedResponse(id, INSTANCE_LOST));
  const entry = { number: number + 1, attempt: crypto.randomUUID(), messages, pending: [], aliveUntil: 0 };
  await appendEntry(store, partition, entry);
}

const INSTANCE_LOST = "The instance that served this request was lost: it may have been carried out in part, or whole.";
