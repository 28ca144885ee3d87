import type { HttpResponse } from "../http/http-handler.ts";
import type { Occasion } from "../http/light-signal.ts";
import { isEventStream, SSE_HEADERS, SSE_HEARTBEAT, sseFrame } from "../http/sse.ts";

export interface Lifetime {
  /** Silence after which an open answer carries a heartbeat, in milliseconds. */
  readonly heartbeatMs: number;
  /** Fires while there is still time to end cleanly. */
  readonly deadline?: Occasion | undefined;
  /** False when the answer must be one JSON body: then nothing can be sent ahead of it. */
  readonly canStream: boolean;
  /** The answer in place of one that did not come in time. */
  readonly timedOut: () => HttpResponse;
  /** Tells whoever prepares the answer that nobody will read it. */
  readonly abandon: () => void;
}

type Tick = "heartbeat" | "deadline";

/**
 * Sees an answer through the time limits between server and client. While it is prepared for longer than a heartbeat, it
 * turns into an event stream, so that no gateway on the way calls the connection idle; at the deadline it ends with a
 * JSON-RPC error, so that no client is left with a connection that the platform cut.
 */
export async function withLifetime(pending: Promise<HttpResponse>, lifetime: Lifetime): Promise<HttpResponse> {
  const quick = await thisTurn(pending);
  if (quick && !isEventStream(quick)) return quick;
  const clock = startClock(lifetime);
  const outcome = quick ?? (await firstOf(pending, lifetime, clock));
  if (outcome === "heartbeat") {
    return {
      status: 200,
      headers: SSE_HEADERS,
      body: pace(lateChunks(pending), { lifetime, clock, first: SSE_HEARTBEAT }),
    };
  }
  if (outcome === "deadline") {
    clock.stop();
    lifetime.abandon();
    // Its failure has no reader left; unhandled, it would end the process.
    pending.catch(() => {});
    return lifetime.timedOut();
  }
  if (isEventStream(outcome)) {
    return { ...outcome, body: pace(outcome.body as AsyncIterable<string>, { lifetime, clock }) };
  }
  clock.stop();
  return outcome;
}

/** The answer, if it is there before the process turns to anything else: most are, and need no clock. */
function thisTurn(pending: Promise<HttpResponse>): Promise<HttpResponse | undefined> {
  return new Promise((resolve, reject) => {
    const turned = setImmediate(resolve, undefined);
    pending.then(
      (response) => {
        clearImmediate(turned);
        resolve(response);
      },
      (error: unknown) => {
        clearImmediate(turned);
        reject(error);
      },
    );
  });
}

/** The answer, or the tick that comes before it; heartbeats count only where one can be sent. */
async function firstOf(
  pending: Promise<HttpResponse>,
  { canStream }: Lifetime,
  clock: Clock,
): Promise<HttpResponse | Tick> {
  try {
    let outcome: HttpResponse | Tick;
    do outcome = await Promise.race([pending, clock.tick()]);
    while (outcome === "heartbeat" && !canStream);
    return outcome;
  } catch (error) {
    clock.stop();
    throw error;
  }
}

/** The chunks of an answer whose head is already on its way: a whole body becomes the one event of the stream. */
async function* lateChunks(pending: Promise<HttpResponse>): AsyncGenerator<string, void> {
  const { body } = await pending;
  if (typeof body === "string") yield sseFrame(body);
  else if (body) yield* body;
}

interface Pace {
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly first?: string;
}

async function* pace(source: AsyncIterable<string>, { lifetime, clock, first }: Pace): AsyncGenerator<string, void> {
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
        const { body } = lifetime.timedOut();
        if (typeof body === "string") yield sseFrame(body);
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
  } finally {
    clock.stop();
    if (!ended) {
      lifetime.abandon();
      // Not awaited: a generator that waits for its next chunk would make us wait with it.
      void chunks.return?.(undefined)?.catch(() => {});
    }
  }
}

interface Clock {
  /** Settles at the next heartbeat from now, or at the deadline. */
  tick(): Promise<Tick>;
  stop(): void;
}

function startClock({ heartbeatMs, deadline }: Lifetime): Clock {
  let timer: NodeJS.Timeout | undefined;
  let ring: (tick: Tick) => void = () => {};
  const onDeadline = (): void => ring("deadline");
  deadline?.addEventListener("abort", onDeadline);
  const stop = (): void => {
    clearTimeout(timer);
    deadline?.removeEventListener("abort", onDeadline);
  };
  return {
    tick() {
      clearTimeout(timer);
      return new Promise((resolve) => {
        ring = resolve;
        if (deadline?.aborted) resolve("deadline");
        else timer = setTimeout(resolve, heartbeatMs, "heartbeat");
      });
    },
    stop,
  };
}
