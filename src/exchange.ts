import { classifyInboundRequest } from "@modelcontextprotocol/server";
import type { HttpRequest, HttpResponse, Invocation } from "./handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "./json-rpc.ts";
import type { Leg } from "./leg.ts";
import type { RequestNotes } from "./log.ts";
import { withLifetime } from "./response-lifetime.ts";

/** What serves each protocol era. */
export interface Legs {
  readonly modern: Leg;
  readonly legacy: Leg;
}

/** A message that was let in. */
export interface Arrival {
  readonly request: HttpRequest;
  readonly invocation: Invocation;
  readonly notes: RequestNotes;
  /** The parsed JSON of the body. */
  readonly message: unknown;
  readonly heartbeatMs: number;
}

/** Hands a message to the leg of its era and sees the answer through. */
export function serveMessage(
  legs: Legs,
  { request, invocation, notes, message, heartbeatMs }: Arrival,
): Promise<HttpResponse> {
  notes.era = eraOf(request, message);
  const { deadline, signal } = invocation;
  const abandoned = new AbortController();
  const abandon = (): void => abandoned.abort();
  if (signal?.aborted) abandon();
  signal?.addEventListener("abort", abandon, { once: true });
  const failed = (error: unknown): void => {
    notes.error = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  };
  const canStream = invocation.canStream && acceptsStream(request.headers.accept);
  const pending = legs[notes.era]({
    request,
    message,
    abandoned: abandoned.signal,
    ...(deadline && { deadline }),
    canStream,
    failed,
  });
  const answered = pending.catch((error: unknown) => {
    failed(error);
    return errorResponse(500, {
      code: JsonRpcCode.INTERNAL_ERROR,
      message: "Internal error",
      id: requestIdOf(message),
    });
  });
  // A subscription ends itself at the deadline, with the result that tells the client to subscribe again.
  const endsItself = notes.mcpMethod === "subscriptions/listen";
  return withLifetime(answered, {
    heartbeatMs,
    ...(deadline && !endsItself && { deadline }),
    canStream,
    abandon,
    timedOut: () => timedOut(message),
  });
}

/** What neither era accepts is the modern leg's to refuse: it knows the specification's ladder of errors. */
function eraOf({ method, headers }: HttpRequest, body: unknown): "modern" | "legacy" {
  const { kind } = classifyInboundRequest({
    httpMethod: method,
    ...(headers["mcp-protocol-version"] && { protocolVersionHeader: headers["mcp-protocol-version"] }),
    ...(headers["mcp-method"] && { mcpMethodHeader: headers["mcp-method"] }),
    ...(headers["mcp-name"] && { mcpNameHeader: headers["mcp-name"] }),
    body,
  });
  return kind === "legacy" ? "legacy" : "modern";
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
