import type { McpRequest } from "../../auth/request-context.ts";

export interface CancellationOptions {
  /** Nobody reads the answer any more. */
  readonly onAbandoned: () => void;
  /** The platform's time is up. */
  readonly onDeadline: () => void;
  /** Settles when there is nothing left to leave. */
  readonly over: Promise<void>;
}

/** Watches for the ways in which an exchange can be cut short. */
export function watchCancellation(
  { abandoned, invocation }: McpRequest,
  { onAbandoned, onDeadline, over }: CancellationOptions,
): void {
  const { deadline } = invocation;
  abandoned.addEventListener("abort", onAbandoned, { once: true });
  deadline?.addEventListener("abort", onDeadline, { once: true });
  void over.then(() => {
    abandoned.removeEventListener("abort", onAbandoned);
    deadline?.removeEventListener("abort", onDeadline);
  });
  if (abandoned.aborted) onAbandoned();
  if (deadline?.aborted) onDeadline();
}
