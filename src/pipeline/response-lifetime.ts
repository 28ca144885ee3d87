import type { HttpResponse } from "../http/http-handler.ts";
import { SSE_HEADERS, SSE_HEARTBEAT, sseFrame } from "../http/sse.ts";
import type { ResponseFacts } from "../server/mcp-request.ts";

export interface Lifetime {
  /** Milliseconds of silence after which an open response carries a heartbeat. */
  readonly heartbeatMs: number;
  /** Fires while there is still time to end cleanly. */
  readonly deadline?: AbortSignal | undefined;
  /** Absent for a response that no handler describes. */
  readonly response?: Readonly<ResponseFacts>;
  /** False when the response must be one JSON body: nothing can then be sent before it. */
  readonly canStream: boolean;
  /** The response in place of one that did not come in time. */
  readonly timedOut: () => HttpResponse;
  /** The response in place of the rest of a stream that failed. Absent where a client comes back for a stream that broke. */
  readonly failed?: (error: unknown) => HttpResponse;
  /** Called when nobody will read the response. */
  readonly abandon: () => void;
}

type Tick = "heartbeat" | "deadline";

/**
 * Keeps a response within the time limits between server and client. When an answer takes longer than a heartbeat, it turns
 * into an event stream, so that no gateway calls the connection idle; at the deadline it ends with a JSON-RPC error, so that no
 * client is left with a connection that the platform cut.
 */
export async function withLifetime(pending: Promise<HttpResponse>, lifetime: Lifetime): Promise<HttpResponse> {
  // Most responses come within this turn of the event loop, and need no clock.
  const turn = Promise.withResolvers<HttpResponse | undefined>();
  const turned = setImmediate(turn.resolve, undefined);
  pending.then(turn.resolve, turn.reject);
  const quick = await turn.promise;
  clearImmediate(turned);
  if (quick) return typeof quick.body === "object" ? { ...quick, body: pace(quick.body, { lifetime }) } : quick;
  const clock = new ResponseClock(lifetime);
  const outcome = await firstOf(pending, lifetime, clock);
  if (outcome === "heartbeat") {
    const body = pace(lateChunks(pending), { lifetime, clock, first: SSE_HEARTBEAT });
    return { status: 200, headers: SSE_HEADERS, body };
  }
  if (outcome === "deadline") {
    clock.stop();
    lifetime.abandon();
    // Its failure has no reader left; unhandled, it would end the process.
    pending.catch(() => {});
    return lifetime.timedOut();
  }
  const { body } = outcome;
  if (typeof body === "object") return { ...outcome, body: pace(body, { lifetime, clock }) };
  clock.stop();
  return outcome;
}

/** The response, or the tick that comes before it; heartbeats count only where one can be sent. */
async function firstOf(
  pending: Promise<HttpResponse>,
  { canStream, response }: Lifetime,
  clock: ResponseClock,
): Promise<HttpResponse | Tick> {
  try {
    let outcome: HttpResponse | Tick;
    do outcome = await Promise.race([pending, clock.tick()]);
    while (outcome === "heartbeat" && !(canStream && response?.isAnswering));
    return outcome;
  } catch (error) {
    clock.stop();
    throw error;
  }
}

/** The chunks of a response whose head was sent already: a whole body becomes the one event of the stream. */
async function* lateChunks(pending: Promise<HttpResponse>): AsyncGenerator<string, void> {
  const { body } = await pending;
  if (typeof body === "string") yield sseFrame(body);
  else if (body) yield* body;
}

interface Pace {
  readonly lifetime: Lifetime;
  /** Absent where nothing was waited for. */
  readonly clock?: ResponseClock;
  readonly first?: string;
}

async function* pace(source: AsyncIterable<string>, { lifetime, first, ...begun }: Pace): AsyncGenerator<string, void> {
  const { clock = new ResponseClock(lifetime) } = begun;
  const chunks = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    if (first) yield first;
    let next = chunks.next();
    // Awaited below or not at all; a failure must not be unhandled in between.
    next.catch(() => {});
    for (;;) {
      const outcome = await Promise.race([next, clock.tick()]);
      if (outcome === "heartbeat") yield SSE_HEARTBEAT;
      else if (outcome === "deadline") {
        yield* lastFrame(lifetime.timedOut());
        return;
      } else if (outcome.done) {
        ended = true;
        return;
      } else {
        yield outcome.value;
        next = chunks.next();
        next.catch(() => {});
      }
    }
  } catch (error) {
    if (!lifetime.failed) throw error;
    yield* lastFrame(lifetime.failed(error));
  } finally {
    clock.stop();
    if (!ended) {
      lifetime.abandon();
      // Not awaited: a generator that waits for its next chunk would make us wait with it.
      void chunks.return?.(undefined)?.catch(() => {});
    }
  }
}

function* lastFrame({ body }: HttpResponse): Generator<string, void> {
  if (typeof body === "string") yield sseFrame(body);
}

/** Tells when the next heartbeat is due, and when the deadline fires. */
class ResponseClock {
  readonly #lifetime: Lifetime;
  #timer: NodeJS.Timeout | undefined;
  #resolve: (tick: Tick) => void = () => {};

  constructor(lifetime: Lifetime) {
    this.#lifetime = lifetime;
    lifetime.deadline?.addEventListener("abort", this.#onDeadline);
  }

  /** Settles at the next heartbeat from now, or at the deadline. */
  tick(): Promise<Tick> {
    clearTimeout(this.#timer);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#timer = setTimeout(resolve, this.#lifetime.heartbeatMs, "heartbeat");
      if (this.#lifetime.deadline?.aborted) this.#onDeadline();
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#lifetime.deadline?.removeEventListener("abort", this.#onDeadline);
  }

  readonly #onDeadline = (): void => {
    if (!this.#lifetime.response?.endsAtDeadline) this.#resolve("deadline");
  };
}
