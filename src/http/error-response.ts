import { AnycloudError, type ErrorCode } from "../errors.ts";
import type { HttpResponse } from "./http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "./json-rpc.ts";

/** What a client is told when the store could not be asked. */
export const STORE_UNAVAILABLE = "The store of sessions and shared state cannot be reached: try again shortly.";

interface Outage {
  readonly message: string;
  /** Seconds after which a client may find it over. */
  readonly retryAfter: string;
}

/** What is not the server's failing and will pass. */
const OUTAGES: Partial<Record<ErrorCode, Outage>> = {
  STORE_UNAVAILABLE: { message: STORE_UNAVAILABLE, retryAfter: "2" },
  ISSUER_UNAVAILABLE: {
    message: "The issuer of the token cannot be reached, so that it cannot be checked: try again shortly.",
    retryAfter: "5",
  },
};

/**
 * The answer to a message whose serving failed with `error`, which the client does not get to see.
 * While the store cannot be asked it is a 503 and never a 404: the client would give up a session that is still there.
 */
export function failureResponse(error: unknown, message: unknown): HttpResponse {
  const id = requestIdOf(message);
  const code = JsonRpcCode.INTERNAL_ERROR;
  const outage = error instanceof AnycloudError ? OUTAGES[error.code] : undefined;
  if (!outage) return errorResponse(500, { code, message: "Internal error", id });
  return errorResponse(503, { code, message: outage.message, id }, { "retry-after": outage.retryAfter });
}
