import type { McpRequest } from "../../server/mcp-request.ts";

export interface CancellationOptions {
  /** Nobody reads the response any more. */
  readonly onClientLeft: () => void;
  /** The platform's time is up. */
  readonly onDeadline: () => void;
  /** Settles when there is nothing left to cancel. */
  readonly finished: Promise<void>;
}

/** Watches for the ways in which a request can be cut short. */
export function watchCancellation(
  { signal, invocation: { deadline } }: McpRequest,
  { onClientLeft, onDeadline, finished }: CancellationOptions,
): void {
  signal.addEventListener("abort", onClientLeft, { once: true });
  deadline?.addEventListener("abort", onDeadline, { once: true });
  void finished.then(() => {
    signal.removeEventListener("abort", onClientLeft);
    deadline?.removeEventListener("abort", onDeadline);
  });
  if (signal.aborted) onClientLeft();
  if (deadline?.aborted) onDeadline();
}
