import type { HttpHandler } from "./http-handler.ts";

/**
 * A handler that always answers: what `handler` throws becomes a 500 that tells the client nothing, and goes to the
 * error stream for the operator. Every adapter wraps the handler it is given, so no platform's own error page, with
 * its stack trace, ever reaches a client. A body that fails after it began is the adapter's: it must break the
 * connection, because a clean end would pass a truncated answer off as a whole one.
 */
export function catchErrors(handler: HttpHandler): HttpHandler {
  if (safe.has(handler)) return handler;
  return async (request, invocation) => {
    try {
      return await handler(request, invocation);
    } catch (error) {
      console.error(`request ${invocation.requestId} failed:`, error);
      return {
        status: 500,
        headers: { "content-type": "application/json" },
        body: '{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":null}',
      };
    }
  };
}

/** Handlers that respond to every error themselves. */
const safe = new WeakSet<HttpHandler>();

/** Marks a handler that never throws. */
export function markSafe(handler: HttpHandler): HttpHandler {
  safe.add(handler);
  return handler;
}
