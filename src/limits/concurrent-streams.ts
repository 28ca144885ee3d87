import { ANYBODY } from "../auth/caller.ts";
import type { RequestContext } from "../auth/request-context.ts";
import type { LimitConfig } from "../config/limit-settings.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { isEventStream } from "../http/sse.ts";
import { watchStream } from "../http/text-stream.ts";
import { partitionOf } from "../services/caller-scope.ts";
import type { ObservedStore } from "../store/observed-store.ts";
import { untilDeadline } from "../store/until-deadline.ts";
import { limitOwner } from "./limit-owner.ts";
import { acquireSlot, type StreamSlot } from "./stream-slot.ts";

/** Seconds after which a refused caller may find a free slot: not before it closes another stream. */
const RETRY_AFTER_SECONDS = "30";
/** Default for a caller, who may be a service that calls for many. */
const SLOTS_OF_CALLER = 64;
/** Default for an address, which may be a whole office's. */
const SLOTS_OF_ADDRESS = 250;
/** A stream that sends nothing for so many heartbeats is not read, and its slot is free again. */
const SILENT_HEARTBEATS = 3;
const LEAST_TTL_SECONDS = 90;

/** Limits how many streams of one caller wait for notifications at a time. */
export interface ConcurrentStreams {
  /** Opens a stream in a slot of its caller, or refuses it. Throws STORE_UNAVAILABLE. */
  acquire(context: RequestContext, open: () => Promise<HttpResponse>): Promise<HttpResponse>;
}

export interface ConcurrentStreamsOptions extends Pick<LimitConfig, "maxStreams"> {
  /** Where slots are acquired, for all instances that share it. */
  readonly store: ObservedStore;
  readonly heartbeatSeconds: number;
  /** Unix time in milliseconds. Default: the clock's. */
  readonly now?: () => number;
}

/** The slots for waiting streams. */
export function createConcurrentStreams({
  maxStreams,
  store,
  heartbeatSeconds,
  now = Date.now,
}: ConcurrentStreamsOptions): ConcurrentStreams {
  const ttlSeconds = Math.max(LEAST_TTL_SECONDS, SILENT_HEARTBEATS * heartbeatSeconds);
  return {
    async acquire(context, open) {
      const { logFields, invocation, caller } = context;
      if (!invocation.canStream) return open();
      const slots = maxStreams ?? (caller === ANYBODY ? SLOTS_OF_ADDRESS : SLOTS_OF_CALLER);
      const partition = partitionOf("streams", limitOwner(context));
      const acquired = acquireSlot({ store, partition, owner: streamOwner(context), slots, ttlSeconds, now });
      // One that comes after the deadline is still told to come again.
      const slot = await (invocation.deadline?.aborted ? acquired : untilDeadline(acquired, invocation.deadline));
      if (!slot) return tooMany(slots);
      const release = (): Promise<void> =>
        slot.release().catch((error: unknown) => {
          // It expires by itself.
          logFields.error ??= String(error);
        });
      try {
        const response = await open();
        if (isEventStream(response)) {
          const body = response.body as AsyncIterable<string>;
          return { ...response, body: keepingSlot(body, { renew: slot.renew, release, invocation }) };
        }
        await release();
        return response;
      } catch (error) {
        await release();
        throw error;
      }
    },
  };
}

/**
 * A session has one standalone stream, which GET opens; every `subscriptions/listen` is a stream of its own. The owner of a slot is
 * stored, and read with all others of its caller, so a session is named by a hash: nobody knows yet whether there is such a one.
 */
function streamOwner({ request }: RequestContext): string {
  const session = request.method === "GET" && request.headers["mcp-session-id"];
  return session ? partitionOf("session", [session]) : crypto.randomUUID();
}

/** The same stream, which keeps its slot as long as it is read. */
function keepingSlot(
  body: AsyncIterable<string>,
  { renew, release, invocation }: StreamSlot & Pick<RequestContext, "invocation">,
): AsyncIterable<string> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  // An instance that is frozen behind the answer would leave the slot taken.
  invocation.waitUntil?.(over);
  return watchStream(body, { onText: renew, onEnd: () => release().then(resolve) });
}

function tooMany(slots: number): HttpResponse {
  const message = `Too many open streams: ${slots} are the most that may wait for notifications at a time.`;
  return errorResponse(429, { code: JsonRpcCode.HTTP_ERROR, message }, { "retry-after": RETRY_AFTER_SECONDS });
}
