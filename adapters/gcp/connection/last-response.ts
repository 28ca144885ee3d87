import type { IncomingMessage, ServerResponse } from "node:http";

const closing = new WeakSet<IncomingMessage["socket"]>();

/** Closes the connection behind a response, and tells the client so in its head. Does nothing where that was sent already. */
export function closeAfter(outgoing: ServerResponse): void {
  if (outgoing.headersSent) return;
  outgoing.shouldKeepAlive = false;
  closing.add(outgoing.req.socket);
}

/**
 * Whether a request came behind a response that closes the connection. It must not be served (RFC 9112 §9.6): its answer would
 * reach nobody, and its client sends it again.
 */
export const isBehindLast = ({ socket }: IncomingMessage): boolean => closing.has(socket);
