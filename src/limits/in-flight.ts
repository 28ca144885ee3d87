import type { RequestContext } from "../auth/request-context.ts";
import type { LimitConfig } from "../config/limit-settings.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { limitOwner } from "./limit-owner.ts";

/** One caller, or one address where nobody is identified, has at most this share: others are served beside it. */
const SHARE_OF_ONE = 0.8;

/** Limits how many requests and streams are in flight in this process. */
export interface InFlightLimit {
  /** Counts a request, or refuses it where too many are in flight. */
  enter(context: RequestContext): InFlightRequest | { readonly refused: HttpResponse };
}

interface InFlightRequest {
  /** Serves the request, which is in flight until its response and its work have ended. */
  serve(handle: (context: RequestContext) => Promise<HttpResponse>): Promise<HttpResponse>;
}

export function createInFlightLimit({ maxInFlight }: Pick<LimitConfig, "maxInFlight">): InFlightLimit {
  const mostOfOne = Math.max(1, Math.floor(maxInFlight * SHARE_OF_ONE));
  const counts = new Map<string, number>();
  let all = 0;

  function add(owner: string, change: 1 | -1): void {
    all += change;
    const count = (counts.get(owner) ?? 0) + change;
    if (count > 0) counts.set(owner, count);
    else counts.delete(owner);
  }

  return {
    enter(context) {
      const owner = limitOwner(context).join(" ");
      if ((counts.get(owner) ?? 0) >= mostOfOne)
        return { refused: tooMany(429, `${mostOfOne} are the most of one caller`) };
      if (all >= maxInFlight) return { refused: tooMany(503, `${maxInFlight} are the most of all callers`) };
      add(owner, 1);
      return { serve: (handle) => serveUntilEnd(context, handle, () => add(owner, -1)) };
    },
  };
}

/** Calls `ended` once, when the response was sent and everything that `waitUntil` was given has settled. */
async function serveUntilEnd(
  context: RequestContext,
  handle: (context: RequestContext) => Promise<HttpResponse>,
  ended: () => void,
): Promise<HttpResponse> {
  const { invocation } = context;
  let parts = 0;
  const begin = (): (() => void) => {
    parts += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      parts -= 1;
      if (parts === 0) ended();
    };
  };
  const endHandling = begin();
  // A client may leave while the work for it goes on.
  function waitUntil(work: Promise<unknown>): void {
    const end = begin();
    work.then(end, end);
    invocation.waitUntil?.(work);
  }
  try {
    const response = await handle({ ...context, invocation: { ...invocation, waitUntil } });
    if (typeof response.body !== "object") return response;
    const endSending = begin();
    // A stream whose client left before it was read is never read to its end.
    invocation.signal?.addEventListener("abort", endSending, { once: true });
    return { ...response, body: untilEnd(response.body, endSending) };
  } finally {
    endHandling();
  }
}

async function* untilEnd(body: AsyncIterable<string>, ended: () => void): AsyncGenerator<string, void> {
  try {
    yield* body;
  } finally {
    ended();
  }
}

/** RFC 6585 §4; RFC 9110 §15.6.4. */
const tooMany = (status: 429 | 503, most: string): HttpResponse =>
  errorResponse(
    status,
    {
      code: JsonRpcCode.HTTP_ERROR,
      message: `Too many requests in flight at this instance: ${most}. Try again in a second.`,
    },
    { "retry-after": "1" },
  );
