import { AnycloudError } from "./errors.ts";
import type { HttpResponse } from "./handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "./json-rpc.ts";

/** Seconds after which a client may find the store back. */
const RETRY_AFTER_SECONDS = "2";

/**
 * The answer to a message whose serving failed with `error`, which the client does not get to see.
 * While the store cannot be asked it is a 503 and never a 404: the client would give up a session that is still there.
 */
export function failureResponse(error: unknown, message: unknown): HttpResponse {
  const id = requestIdOf(message);
  const code = JsonRpcCode.INTERNAL_ERROR;
  if (!isStoreUnavailable(error)) return errorResponse(500, { code, message: "Internal error", id });
  return errorResponse(503, { code, message: STORE_UNAVAILABLE, id }, { "retry-after": RETRY_AFTER_SECONDS });
}

/** What a client is told when the store could not be asked. */
export const STORE_UNAVAILABLE = "The store of sessions and shared state cannot be reached: try again shortly.";

const isStoreUnavailable = (error: unknown): boolean =>
  error instanceof AnycloudError && error.code === "STORE_UNAVAILABLE";
