import type { StreamRequest } from "../../auth/request-context.ts";
import { waitingSeconds } from "../../config/stream-seconds.ts";
import { asAbortSignal } from "../../http/light-signal.ts";

/** Fires when a GET stream has to end: its time is up, the platform's is, or nobody reads it any more. */
export function streamEnd({ invocation, abandoned }: StreamRequest, streamSeconds: number | undefined): AbortSignal {
  const signals = [abandoned, AbortSignal.timeout(waitingSeconds(streamSeconds, invocation) * 1000)];
  if (invocation.deadline) signals.push(asAbortSignal(invocation.deadline));
  return AbortSignal.any(signals);
}
