import { streamSecondsOf } from "../../config/stream-seconds.ts";
import { invocationEnd } from "../../http/invocation-end.ts";
import type { StreamRequest } from "../../server/mcp-request.ts";

/** Fires when a GET stream has to end: its time is up, the platform's is, or nobody reads it any more. */
export function streamEnd({ invocation, signal }: StreamRequest, streamSeconds: number | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(streamSecondsOf(streamSeconds, invocation) * 1000);
  return AbortSignal.any([signal, timeout, invocationEnd(invocation)]);
}
