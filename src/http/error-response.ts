import { AnycloudError, type ErrorCode } from "../errors.ts";
import type { HttpResponse } from "./http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "./json-rpc.ts";
import { Rejection } from "./rejection.ts";
import type { RequestLogFields } from "./request-log.ts";

/** Tells a client that the store is unavailable. */
export const STORE_UNAVAILABLE = "The store of sessions and shared state cannot be reached: try again shortly.";

interface Outage {
  readonly message: string;
  /** Seconds after which a client may find it over. */
  readonly retryAfter: string;
}

/** Errors of other services, which will pass. */
const OUTAGES: Partial<Record<ErrorCode, Outage>> = {
  STORE_UNAVAILABLE: { message: STORE_UNAVAILABLE, retryAfter: "2" },
  ISSUER_UNAVAILABLE: {
    message: "The issuer of the token cannot be reached, so that it cannot be checked: try again shortly.",
    retryAfter: "5",
  },
};

/**
 * The response to a message whose serving failed with `error`, which the client does not see. An unavailable store is a 503
 * and never a 404: the client would give up a session that still exists.
 */
export function failureResponse(error: unknown, message: unknown): HttpResponse {
  const id = requestIdOf(message);
  const code = JsonRpcCode.INTERNAL_ERROR;
  const outage = error instanceof AnycloudError ? OUTAGES[error.code] : undefined;
  if (!outage) return errorResponse(500, { code, message: "Internal error", id });
  return errorResponse(503, { code, message: outage.message, id }, { "retry-after": outage.retryAfter });
}

/** The same for an error that was thrown: a Rejection is its own response, any other error is logged. */
export function toFailureResponse(
  error: unknown,
  { logFields, message }: { readonly logFields: RequestLogFields; readonly message?: unknown },
): HttpResponse {
  if (error instanceof Rejection) return error.response;
  recordFailure(logFields, error);
  return failureResponse(error, message);
}

/** Logs why a response is a 5xx. */
export function recordFailure(logFields: RequestLogFields, error: unknown): void {
  logFields.error = error instanceof Error ? withCauses(error) : String(error);
}

/** The stack of an error, and a line for each of its causes. */
function withCauses(error: Error): string {
  const lines = [error.stack ?? String(error)];
  for (let { cause } = error; cause instanceof Error; cause = cause.cause) lines.push(`caused by: ${cause}`);
  return lines.join("\n");
}
