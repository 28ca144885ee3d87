import type { HttpResponse } from "../http/http-handler.ts";
import { JsonRpcCode } from "../http/json-rpc.ts";
import { CLIENT_LEFT, errorCodeIn } from "../http/record/response-outcome.ts";
import { type Audit, type AuditEntry, type Audited, hasRecord } from "./audit-log.ts";

/**
 * The part of a request's way that refused it: the checks before its path, authentication, or what is behind it, from the
 * limits of the caller to the headers and the session of the message.
 */
export type RefusalStage = "head" | "authentication" | "message";

/** Reasons of refusals by the status of the response, in each part of a request's way. */
const REASONS: Readonly<Record<RefusalStage, Readonly<Record<number, string>>>> = {
  head: { 403: "host_or_origin", 431: "headers_too_large" },
  authentication: { 400: "malformed_credentials", 401: "unauthenticated", 403: "unauthenticated", 429: "rate_limit" },
  message: {
    400: "malformed_request",
    403: "insufficient_scope",
    404: "unknown_session",
    405: "method_not_allowed",
    409: "stream_in_use",
    413: "body_too_large",
    415: "media_type",
    429: "rate_limit",
  },
};

const EVENTS: Readonly<Record<number, AuditEntry["event"]>> = {
  401: "access_denied",
  403: "access_denied",
  429: "rate_limited",
};

/** Records a response of 4xx, unless its request has a record, and gives it back. A 5xx is an outage, and refuses nobody. */
export function recordRefusal(
  audit: Audit,
  request: Audited,
  stage: RefusalStage,
  response: HttpResponse,
): HttpResponse {
  const { status } = response;
  if (status < 400 || status >= CLIENT_LEFT || hasRecord(request)) return response;
  const code = errorCodeIn(response.body);
  // That one only says that the HTTP layer refused.
  const errorCode = code === JsonRpcCode.HTTP_ERROR ? undefined : code;
  audit(request, {
    // With malformed credentials nobody is let in, either.
    event: EVENTS[status] ?? (stage === "authentication" ? "access_denied" : "request_refused"),
    decision: "deny",
    outcome: status === 429 ? "rate_limited" : "refused",
    reason:
      errorCode === JsonRpcCode.METHOD_NOT_FOUND ? "unknown_method" : (REASONS[stage][status] ?? `status_${status}`),
    ...(errorCode !== undefined && { errorCode }),
  });
  return response;
}
