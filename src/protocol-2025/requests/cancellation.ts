import type { RequestId } from "@modelcontextprotocol/server";
import { errorResponse, JsonRpcCode } from "../../http/json-rpc.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import type { SessionResponse } from "./session-response.ts";

export interface CancellationOptions extends Pick<McpRequest, "signal" | "invocation" | "lifetime" | "logFields"> {
  readonly response: SessionResponse;
  readonly isBatch: boolean;
  readonly longestRequestMs: number;
  /** Resolves when every request of the call has ended. */
  readonly finished: Promise<void>;
  readonly pendingIds: () => readonly RequestId[];
  /** Gives up the call, with an error for each request that has no response. */
  readonly fail: (reason: string) => void;
}

export interface Cancellation {
  /** Disconnects the client, which comes back for the response, and keeps the work going. */
  disconnectClient(): void;
  /** Stops watching. */
  stop(): void;
}

/** Watches for what cuts a call short: its client leaves, the platform's deadline comes, or it takes too long. */
export function watchCancellation(options: CancellationOptions): Cancellation {
  const { signal, invocation, lifetime, logFields, response, isBatch, longestRequestMs, finished, pendingIds, fail } =
    options;
  const { deadline, stopping } = invocation;
  lifetime.endsAtDeadline = true;

  // The platform would freeze or stop an instance that has no client, although its work goes on.
  function keepInstanceAwake(): void {
    logFields.isDetached = true;
    invocation.waitUntil?.(finished.then(() => response.logged()));
  }

  function disconnectClient(): void {
    keepInstanceAwake();
    response.disconnect();
  }

  function onClientLeft(): void {
    keepInstanceAwake();
    response.detach();
    response.replace({ status: 202, headers: {} });
  }

  function onStopping(): void {
    // Another instance takes the client, and the work ends here. A response that is no stream is soon there.
    if (response.isResumable) disconnectClient();
  }

  function onDeadline(): void {
    // Where the platform only ends the request and not the work, the client comes back for the response.
    if (!invocation.exclusive && !stopping?.aborted && response.isResumable) {
      disconnectClient();
      return;
    }
    const [id = null] = pendingIds();
    // A batch sends the responses that it has.
    if (!isBatch) response.replace(errorResponse(504, { code: JsonRpcCode.INTERNAL_ERROR, message: TIME_IS_UP, id }));
    fail(TIME_IS_UP);
  }

  const timer = setTimeout(() => fail(LASTS_TOO_LONG), longestRequestMs);
  timer.unref();
  signal.addEventListener("abort", onClientLeft, { once: true });
  stopping?.addEventListener("abort", onStopping, { once: true });
  deadline?.addEventListener("abort", onDeadline, { once: true });
  if (signal.aborted) onClientLeft();
  if (deadline?.aborted) onDeadline();

  return {
    disconnectClient,
    stop() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onClientLeft);
      stopping?.removeEventListener("abort", onStopping);
      deadline?.removeEventListener("abort", onDeadline);
    },
  };
}

const LASTS_TOO_LONG = "The request was given up after an hour without an answer.";
const TIME_IS_UP = "The platform's time limit came before the answer: the request was given up.";
