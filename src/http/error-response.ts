import { AnycloudError, type ErrorCode } from "../errors.ts";
import type { HttpResponse } from "./http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "./json-rpc.ts";
import type { RequestLogFields } from "./record/log-fields.ts";
import { Rejection } from "./rejection.ts";
import { logAboutRequest } from "./served-request.ts";

interface ServiceFailure {
  readonly message: string;
  /** Seconds after which a client may find an outage over. Absent for a failure that lasts until somebody mends it. */
  readonly retryAfter?: string;
}

/** Failures of other services. The log names what failed: the client is told nothing of the deployment. */
const SERVICE_FAILURES: Partial<Record<ErrorCode, ServiceFailure>> = {
  STORE_UNAVAILABLE: {
    message: "The store of sessions and shared state cannot be reached: try again shortly.",
    retryAfter: "2",
  },
  STORE_MISCONFIGURED: {
    message:
      "The store of sessions and shared state is not set up rightly: the log of this server says what to correct.",
  },
  ISSUER_UNAVAILABLE: {
    message: "The issuer of the token cannot be reached, so that it cannot be checked: try again shortly.",
    retryAfter: "5",
  },
};

/** Tells a client of a failure. */
const failureMessage = (error: unknown): string => serviceFailure(error)?.message ?? "Internal error";

const serviceFailure = (error: unknown): ServiceFailure | undefined =>
  error instanceof AnycloudError ? SERVICE_FAILURES[error.code] : undefined;

/**
 * The response to a message whose serving failed with `error`, which the client does not see. An unavailable store is a 503
 * and never a 404: the client would give up a session that still exists.
 */
export function failureResponse(error: unknown, request: unknown): HttpResponse & { readonly body: string } {
  const id = requestIdOf(request);
  const code = JsonRpcCode.INTERNAL_ERROR;
  const message = failureMessage(error);
  const retryAfter = serviceFailure(error)?.retryAfter;
  if (retryAfter === undefined) return errorResponse(500, { code, message, id });
  return errorResponse(503, { code, message, id }, { "retry-after": retryAfter });
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

/** Logs a failure: why a response is a 5xx, or what was lost beside it. */
export function recordFailure(logFields: RequestLogFields, error: unknown): void {
  const text = describeError(error);
  if (logFields.isWritten) logAboutRequest(`failed after its response: ${text}`);
  else logFields.error = text;
}

function describeError(error: unknown): string {
  try {
    return error instanceof Error ? withCauses(error) : String(error);
  } catch {
    // A server's author may throw anything, such as an object without a prototype.
    return "something was thrown that cannot be described";
  }
}

/** The stack of an error, and a line for each of its causes. */
function withCauses(error: Error): string {
  const lines = [error.stack ?? String(error)];
  for (let { cause } = error; cause instanceof Error; cause = cause.cause) lines.push(`caused by: ${cause}`);
  return lines.join("\n");
}
