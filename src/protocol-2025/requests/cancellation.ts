import type { McpRequest } from "../../server/mcp-request.ts";

export interface CancellationOptions {
  /** Nobody reads the response any more. */
  readonly onClientLeft: () => void;
  /** The platform's time is up. */
  readonly onDeadline: () => void;
  /** The request has taken too long. */
  readonly onTooLong: () => void;
  readonly longestRequestMs: number;
}

/** Watches for the ways in which a request can be cut short. Returns the function that ends it. */
export function watchCancellation(
  { signal, invocation: { deadline } }: McpRequest,
  { onClientLeft, onDeadline, onTooLong, longestRequestMs }: CancellationOptions,
): () => void {
  const timer = setTimeout(onTooLong, longestRequestMs);
  timer.unref();
  signal.addEventListener("abort", onClientLeft, { once: true });
  deadline?.addEventListener("abort", onDeadline, { once: true });
  if (signal.aborted) onClientLeft();
  if (deadline?.aborted) onDeadline();
  return () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onClientLeft);
    deadline?.removeEventListener("abort", onDeadline);
  };
}
