import type { HttpRequest, Invocation } from "../http-handler.ts";
import type { SpanIdentity } from "../span-identity.ts";
import type { RequestLogFields } from "./log-fields.ts";
import type { CorrelationFields, RequestRecord } from "./request-record.ts";

/** Reads a `traceparent` of any sender. Undefined unless it is a valid one. */
export function parseTraceparent(traceparent: unknown): SpanIdentity | undefined {
  // Longer ones are of versions to come, and begin like this one.
  if (typeof traceparent !== "string" || traceparent.length > 512) return undefined;
  const match = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(
    traceparent,
  );
  const [, version, traceId = "", spanId = "", flags = "", rest] = match ?? [];
  if (!match || (version === "00" && rest !== undefined)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** A span as `traceparent`. */
export const toTraceparent = ({ traceId, spanId, isSampled }: SpanIdentity): string =>
  `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;

/** A request whose traces are asked for. */
export interface TracedRequest {
  readonly request: Pick<HttpRequest, "headers">;
  readonly invocation: Pick<Invocation, "traceparent" | "correlate">;
  readonly logFields: Pick<RequestLogFields, "traceparent" | "span">;
}

/** The span that an HTTP request belongs to: the one of its header, or the platform's own where that goes on with it. */
export function ambientSpan({
  request,
  invocation,
}: Pick<TracedRequest, "request" | "invocation">): SpanIdentity | undefined {
  const ofHeader = parseTraceparent(request.headers.traceparent);
  const own = parseTraceparent(invocation.traceparent);
  return ofHeader && own?.traceId !== ofHeader.traceId ? ofHeader : own;
}

/** The traces of a request: of its span or its message, or else of its header; beside the first, the second is a link. */
export function traceFields(
  traced: TracedRequest,
): Pick<RequestRecord, "traceId" | "spanId" | "linkedTraceId"> & CorrelationFields {
  const { logFields, invocation } = traced;
  const ambient = ambientSpan(traced);
  const span = logFields.span ?? parseTraceparent(logFields.traceparent) ?? ambient;
  if (!span) return {};
  const { traceId } = span;
  return {
    traceId,
    ...(logFields.span && { spanId: span.spanId }),
    ...(ambient && ambient.traceId !== traceId && { linkedTraceId: ambient.traceId }),
    ...invocation.correlate?.(span),
  };
}
