import { setImmediate as nextTurn } from "node:timers/promises";
import { UpstreamFailure } from "../upstream-failure.ts";

export type Fetch = typeof fetch;

/** A `fetch` that opens no stream that belongs to no request: the transport of the SDK opens one after `initialize`. */
export const withoutStandaloneStreams =
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    const isStandalone = init?.method === "GET" && !new Headers(init.headers).has("last-event-id");
    return isStandalone ? new Response(null, { status: 405 }) : fetch(input, init);
  };

/** A `fetch` that reads at most so many bytes of a response. */
export const createLimitedFetch =
  (fetch: Fetch, maxBytes: number): Fetch =>
  async (input, init) => {
    const response = await fetch(input, init);
    if (!response.body) return response;
    let bytes = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        async transform(chunk, controller) {
          bytes += chunk.length;
          if (bytes > maxBytes) return controller.error(new UpstreamFailure("too-much", TOO_LARGE));
          for (let from = 0; from < chunk.length; from += TURN_BYTES) {
            if (from > 0) await nextTurn();
            controller.enqueue(chunk.subarray(from, from + TURN_BYTES));
          }
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(counted, { status, statusText, headers });
  };

/** Bytes whose messages are handled in one turn of the event loop, so that one upstream does not hold up the callers of others. */
const TURN_BYTES = 8_192;

const TOO_LARGE = "Its answer is too large.";
