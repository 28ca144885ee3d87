import type { RequestContext } from "../auth/request-context.ts";
import type { Authorize } from "../authorization/authorize.ts";
import type { Config } from "../config/config.ts";
import { recordFailure, toFailureResponse } from "../http/error-response.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";
import type { RequestLogOptions } from "../http/request-log.ts";
import type { ConcurrentStreams } from "../limits/concurrent-streams.ts";
import type { McpRequest, ProtocolHandler, StreamRequest } from "../server/mcp-request.ts";
import { LISTEN } from "../server/operation.ts";
import { untilDeadline } from "../store/until-deadline.ts";
import { classify } from "./classify.ts";
import { withLifetime } from "./response-lifetime.ts";

/** The handler of each protocol era. */
export interface ProtocolHandlers {
  readonly modern: ProtocolHandler;
  readonly legacy: ProtocolHandler;
}

/** Everything that a message passes through on its way to a server. */
export interface MessagePipeline extends ProtocolHandlers {
  readonly config: Config;
  readonly log: Pick<RequestLogOptions, "telemetry">;
  /** Absent where every caller may do everything. */
  readonly authorize: Authorize | undefined;
  /** Limits the streams of one caller that wait for notifications. */
  readonly streams: ConcurrentStreams;
}

/** A message that was authorized. */
export interface AuthorizedMessage
  extends RequestContext,
    Pick<McpRequest, "message" | "interceptor" | "maxOutputBytes"> {
  /** Milliseconds of silence after which an open response carries a heartbeat. */
  readonly heartbeatMs: number;
}

/** Serves a message that its caller may send. */
export async function serveAuthorized(
  pipeline: MessagePipeline,
  context: RequestContext,
  message: unknown,
): Promise<HttpResponse> {
  const { authorize, streams, config } = pipeline;
  const authorized = authorize ? await authorize(context, message) : undefined;
  if (authorized && "refused" in authorized) return authorized.refused;
  const { maxOutputBytes, heartbeatSeconds } = config;
  const served = { ...context, message, ...authorized, maxOutputBytes, heartbeatMs: heartbeatSeconds * 1000 };
  if (context.logFields.mcpMethod !== LISTEN) return serveMessage(pipeline, served);
  return streams.acquire(context, () => serveMessage(pipeline, served));
}

/** Passes a message to the handler of its era, and sees the response to its end. */
export function serveMessage(handlers: ProtocolHandlers, authorized: AuthorizedMessage): Promise<HttpResponse> {
  const { heartbeatMs, ...context } = authorized;
  const { request, invocation, logFields, message } = context;
  const abandonment = abandonmentOf(context);
  // The headers of the response to `initialize` carry the session, so they wait for it.
  const canStream =
    invocation.canStream && acceptsStream(request.headers.accept) && logFields.mcpMethod !== "initialize";
  const { inbound, isPlain, protocolVersion } = classify(request, message);
  // A message that neither era accepts is refused by the 2026 handler: it has the specification's ladder of errors.
  logFields.era = inbound.kind === "legacy" ? "legacy" : "modern";
  if (protocolVersion !== undefined) logFields.protocolVersion = protocolVersion;
  const lifetime = { endsAtDeadline: false, isAnswering: false };
  const mcpRequest: McpRequest = {
    ...context,
    inbound,
    isPlain,
    canStream,
    signal: abandonment.signal,
    lifetime,
    reportFailure: (error) => recordFailure(logFields, error),
  };
  const handler = handlers[logFields.era];
  const response = handler.serve(mcpRequest);
  return withLifetime(
    response.catch((error) => toFailureResponse(error, mcpRequest)),
    {
      heartbeatMs,
      canStream,
      deadline: invocation.deadline,
      response: lifetime,
      abandon: () => {
        // In a session of 2025 the work goes on, and its client comes back.
        if (logFields.era === "modern") logFields.outcome ??= "cancelled";
        abandonment.abort();
      },
      timedOut: () => {
        logFields.outcome = "timed_out";
        logFields.errorCode = JsonRpcCode.INTERNAL_ERROR;
        return timedOut(message);
      },
      failed: (error) => toFailureResponse(error, mcpRequest),
    },
  );
}

/** Opens a stream and sees it to its end. It ends by itself when the platform's time is up. */
export function serveStream(
  open: (request: StreamRequest) => Promise<HttpResponse>,
  { heartbeatMs, ...context }: RequestContext & Pick<AuthorizedMessage, "heartbeatMs">,
): Promise<HttpResponse> {
  context.logFields.era = "legacy";
  const abandonment = abandonmentOf(context);
  const reportFailure = (error: unknown): void => recordFailure(context.logFields, error);
  const opened = open({ ...context, signal: abandonment.signal, reportFailure });
  const response = untilDeadline(opened, context.invocation.deadline).catch((error) =>
    toFailureResponse(error, context),
  );
  return withLifetime(response, {
    heartbeatMs,
    canStream: true,
    abandon: () => abandonment.abort(),
    timedOut: () => timedOut(undefined),
  });
}

/** Aborted when nobody reads the response any more: the platform said so, or its owner calls `abort`. */
function abandonmentOf({ invocation: { signal } }: RequestContext): AbortController {
  const abandonment = new AbortController();
  if (signal?.aborted) abandonment.abort();
  else signal?.addEventListener("abort", () => abandonment.abort(), { once: true });
  return abandonment;
}

/** A client that lists what it accepts without streams gets one JSON body. */
const acceptsStream = (accept = "*/*"): boolean => /text\/(event-stream|\*)|\*\/\*/.test(accept);

const timedOut = (message: unknown): HttpResponse =>
  errorResponse(504, {
    code: JsonRpcCode.INTERNAL_ERROR,
    message: "The platform's time limit came before the answer: the request was given up.",
    id: requestIdOf(message),
  });
