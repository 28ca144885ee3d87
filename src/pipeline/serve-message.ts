import type { ProtocolHandler, RequestContext, StreamRequest } from "../auth/request-context.ts";
import { failureResponse } from "../http/error-response.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";
import { LightSignal, type Occasion } from "../http/light-signal.ts";
import { Rejection } from "../http/rejection.ts";
import type { RequestLogFields } from "../http/request-log.ts";
import { classify } from "./classify.ts";
import { withLifetime } from "./response-lifetime.ts";

/** What serves each protocol era. */
export interface ProtocolHandlers {
  readonly modern: ProtocolHandler;
  readonly legacy: ProtocolHandler;
}

/** A message that was let in. */
export interface Arrival extends RequestContext {
  /** The parsed JSON of the body. */
  readonly message: unknown;
  readonly heartbeatMs: number;
}

/** Hands a message to the leg of its era and sees the answer through. */
export function serveMessage(handlers: ProtocolHandlers, arrival: Arrival): Promise<HttpResponse> {
  const { request, invocation, notes, message, heartbeatMs } = arrival;
  const inbound = classify(request, message);
  // What neither era accepts is the modern leg's to refuse: it knows the specification's ladder of errors.
  notes.era = inbound.kind === "legacy" ? "legacy" : "modern";
  const handler = handlers[notes.era];
  const { deadline, handlesItsDeadline } = watchedDeadline(arrival);
  const { abandoned, abandon } = abandonment(arrival);
  // The headers of the answer to `initialize` carry the session, so they wait for it.
  const canStream = invocation.canStream && acceptsStream(request.headers.accept) && notes.mcpMethod !== "initialize";
  const failed = (error: unknown): void => recordFailure(notes, error);
  const answered = answerOf(arrival, () =>
    handler.serve({ ...arrival, inbound, abandoned, canStream, failed, handlesItsDeadline }),
  );
  return withLifetime(answered, {
    heartbeatMs,
    deadline,
    canStream,
    abandon,
    timedOut: () => timedOut(message),
  });
}

/** Opens a stream and sees it through. It ends itself when the platform's time is up. */
export function serveStream(
  open: (requestContext: StreamRequest) => Promise<HttpResponse>,
  { heartbeatMs, ...requestContext }: RequestContext & { readonly heartbeatMs: number },
): Promise<HttpResponse> {
  requestContext.notes.era = "legacy";
  const { abandoned, abandon } = abandonment(requestContext);
  const failed = (error: unknown): void => recordFailure(requestContext.notes, error);
  const opened = answerOf(requestContext, () => open({ ...requestContext, abandoned: abandoned.signal, failed }));
  return withLifetime(opened, { heartbeatMs, canStream: true, abandon, timedOut: () => timedOut(undefined) });
}

/** What `serve` answers; what it throws as the answer to the client, and told to the operator. */
export async function answerOf(
  { notes, message }: Pick<RequestContext, "notes"> & { readonly message?: unknown },
  serve: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    return await serve();
  } catch (error) {
    if (error instanceof Rejection) return error.response;
    recordFailure(notes, error);
    return failureResponse(error, message);
  }
}

/** Fires when nobody reads the answer any more: the platform said so, or `abandon` was called. */
function abandonment({ invocation: { signal } }: RequestContext): { abandoned: LightSignal; abandon: () => void } {
  const abandoned = new LightSignal();
  const abandon = (): void => abandoned.abort();
  if (signal?.aborted) abandon();
  signal?.addEventListener("abort", abandon, { once: true });
  return { abandoned, abandon };
}

/** Fires when the platform's time is up, unless `handlesItsDeadline` was called. Undefined where no time is set. */
function watchedDeadline({ invocation: { deadline } }: RequestContext): {
  deadline?: Occasion;
  handlesItsDeadline: () => void;
} {
  if (!deadline) return { handlesItsDeadline: () => {} };
  const reached = new LightSignal();
  let isWatched = true;
  const reach = (): void => {
    if (isWatched) reached.abort();
  };
  deadline.addEventListener("abort", reach, { once: true });
  // One that came before the request fires when its serving has begun, and with it what ends itself.
  if (deadline.aborted) queueMicrotask(reach);
  const handlesItsDeadline = (): void => {
    isWatched = false;
  };
  return { deadline: reached, handlesItsDeadline };
}

function recordFailure(notes: RequestLogFields, error: unknown): void {
  notes.error = error instanceof Error ? withCauses(error) : String(error);
}

/** The stack of an error, and in a line each what it was caused by. */
function withCauses(error: Error): string {
  const lines = [error.stack ?? String(error)];
  for (let { cause } = error; cause instanceof Error; cause = cause.cause) lines.push(`caused by: ${cause}`);
  return lines.join("\n");
}

/** A client that names what it accepts and leaves streams out gets one JSON body. */
const acceptsStream = (accept: string | undefined): boolean =>
  accept === undefined || /text\/event-stream|text\/\*|\*\/\*/.test(accept);

const timedOut = (message: unknown): HttpResponse =>
  errorResponse(504, {
    code: JsonRpcCode.INTERNAL_ERROR,
    message: "The platform's time limit came before the answer: the request was given up.",
    id: requestIdOf(message),
  });
