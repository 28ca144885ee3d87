import type { RequestContext } from "../auth/request-context.ts";
import type { LimitConfig } from "../config/limit-settings.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { watchStream } from "../http/text-stream.ts";
import { SMALL_BYTES } from "./held-body.ts";
import { limitOwner } from "./limit-owner.ts";

/** One caller, or one address where nobody is identified, has at most this share: others are served beside it. */
const SHARE_OF_ONE = 0.8;

/** Bodies of the largest size that requests in flight keep in this process. */
const LARGE_BODIES = 16;

/** Limits how many requests and streams are in flight in this process, and how much they keep. */
export interface InFlightLimit {
  /** Counts a request, or refuses it where too many are in flight. */
  enter(context: RequestContext): InFlightRequest | { readonly refused: HttpResponse };
}

interface InFlightRequest {
  /** Serves the request, which is in flight until its response and its work have ended. */
  serve(handle: (context: RequestContext) => Promise<HttpResponse>): Promise<HttpResponse>;
}

export function createInFlightLimit({
  maxInFlight,
  maxBodyBytes,
}: Pick<LimitConfig, "maxInFlight" | "maxBodyBytes">): InFlightLimit {
  const requests = createUsage(maxInFlight);
  const bytes = createUsage(LARGE_BODIES * maxBodyBytes);
  return {
    enter(context) {
      const owner = limitOwner(context).join(" ");
      const refused =
        refusalOf(requests.fullFor(owner), "requests") ??
        (isLarge(context) ? refusalOf(bytes.fullFor(owner), "bytes of large requests") : undefined);
      if (refused) return { refused };
      requests.add(owner, 1);
      // Read by now, and kept as long as the work goes on.
      let kept = 0;
      const onResponse = (): void => {
        const { requestBytes = 0 } = context.logFields;
        if (requestBytes <= SMALL_BYTES) return;
        kept = requestBytes;
        bytes.add(owner, kept);
      };
      const onEnd = (): void => {
        requests.add(owner, -1);
        bytes.add(owner, -kept);
      };
      return { serve: (handle) => serveUntilEnd(context, handle, { onResponse, onEnd }) };
    },
  };
}

/** Whether the body is not known to be small. */
const isLarge = ({ request }: RequestContext): boolean =>
  request.method === "POST" && !(Number(request.headers["content-length"]) <= SMALL_BYTES);

interface Usage {
  /** Adds to what an owner uses. */
  add(owner: string, amount: number): void;
  /** The limit that leaves nothing for an owner, and whose it is; undefined where something is left. */
  fullFor(owner: string): { readonly of: "one caller" | "all callers"; readonly most: number } | undefined;
}

/** Counts what is in use of an amount, of which one owner has a share. */
function createUsage(most: number): Usage {
  const mostOfOne = Math.max(1, Math.floor(most * SHARE_OF_ONE));
  const used = new Map<string, number>();
  let all = 0;
  return {
    add(owner, amount) {
      all += amount;
      const own = (used.get(owner) ?? 0) + amount;
      if (own > 0) used.set(owner, own);
      else used.delete(owner);
    },
    fullFor(owner) {
      if ((used.get(owner) ?? 0) >= mostOfOne) return { of: "one caller", most: mostOfOne };
      return all >= most ? { of: "all callers", most } : undefined;
    },
  };
}

interface Stages {
  /** Called when there is a response. */
  onResponse(): void;
  /** Called once, when the response was sent and everything that `waitUntil` was given has settled. */
  onEnd(): void;
}

async function serveUntilEnd(
  context: RequestContext,
  handle: (context: RequestContext) => Promise<HttpResponse>,
  { onResponse, onEnd }: Stages,
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
      if (parts === 0) onEnd();
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
    onResponse();
    if (typeof response.body !== "object") return response;
    const endSending = begin();
    // A stream whose client left before it was read may never be read, nor left.
    if (invocation.signal?.aborted) endSending();
    else invocation.signal?.addEventListener("abort", endSending, { once: true });
    return { ...response, body: watchStream(response.body, { onEnd: endSending }) };
  } finally {
    endHandling();
  }
}

/** RFC 6585 §4; RFC 9110 §15.6.4. */
function refusalOf(full: ReturnType<Usage["fullFor"]>, what: string): HttpResponse | undefined {
  if (!full) return undefined;
  const message = `Too many ${what} in flight at this instance: ${full.most} are the most of ${full.of}. Try again in a second.`;
  const status = full.of === "one caller" ? 429 : 503;
  return errorResponse(status, { code: JsonRpcCode.HTTP_ERROR, message }, { "retry-after": "1" });
}
