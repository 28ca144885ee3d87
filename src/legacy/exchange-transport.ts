import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { AnycloudError } from "../errors.ts";

/** Where the messages of one exchange go. */
export interface ExchangeSink {
  /** A notification that belongs to the request under way. */
  notified(message: JSONRPCMessage): void;
  /** The response to it. */
  answered(message: JSONRPCMessage): void;
}

/**
 * The transport of one request without a session: what belongs to the request goes to the sink, what would need another
 * connection to the client cannot go anywhere. A server→client request is refused at once; left alone, it would wait
 * for its own time-out, a minute of billed idling in front of a gateway that gives up after half of it.
 */
export function createExchangeTransport(requestId: string | number, sink: ExchangeSink): Transport {
  const transport: Transport = {
    async start() {},
    async send(message, options) {
      if ("method" in message && "id" in message) throw unreachableClient(message.method);
      if ("method" in message) {
        if (options?.relatedRequestId === requestId) sink.notified(message);
      } else if (message.id === requestId) {
        sink.answered(message);
      }
    },
    async close() {
      transport.onclose?.();
    },
  };
  return transport;
}

const unreachableClient = (method: string): AnycloudError =>
  new AnycloudError(
    "CLIENT_UNREACHABLE",
    `The server cannot send ${method} to this client: 2025-era requests are served without a session here. ` +
      "Connect with a 2026-07-28 client, or give the tool another way to get the answer.",
  );
