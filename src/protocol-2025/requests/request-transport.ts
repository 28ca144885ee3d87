import type {
  JSONRPCMessage,
  JSONRPCRequest,
  MessageExtraInfo,
  RequestId,
  Transport,
} from "@modelcontextprotocol/server";

/** Where the messages of one exchange go. A message goes where `take` says; what it throws, the server is told. */
export interface ExchangeSink {
  /** The response to one of the exchange's requests. */
  answered(message: JSONRPCMessage, id: RequestId): void;
  /** A notification that belongs to one of them, or to a request that was asked. */
  notified(message: JSONRPCMessage): void;
  /** A request from the server to the client. */
  asked(message: JSONRPCRequest): void;
  /** A notification that belongs to none of them. */
  announced(message: JSONRPCMessage): void;
}

export interface ExchangeTransport extends Transport {
  /** Hands the server a request whose answer nobody but the caller hears of. Settles with the answer. */
  replay(request: JSONRPCRequest, extra: MessageExtraInfo): Promise<JSONRPCMessage>;
}

/** The transport between a server and the requests of one POST. */
export function createExchangeTransport(
  requestIds: ReadonlySet<RequestId>,
  sink: ExchangeSink,
  sessionId?: string,
): ExchangeTransport {
  const replays = new Map<RequestId, (answer: JSONRPCMessage) => void>();
  const transport: ExchangeTransport = {
    ...(sessionId && { sessionId }),
    async start() {},
    async send(message, options) {
      if ("method" in message) {
        const related = options?.relatedRequestId;
        if ("id" in message) sink.asked(message);
        // A server calls off what it asked, and it asked here, whatever it says that belongs to.
        else if (message.method === "notifications/cancelled") sink.notified(message);
        else if (related !== undefined && requestIds.has(related)) sink.notified(message);
        // What a rehearsed request makes the server say was said when it was first played.
        else if (related === undefined || !replays.has(related)) sink.announced(message);
        return;
      }
      const { id } = message;
      if (id === undefined) return;
      const replayed = replays.get(id);
      replays.delete(id);
      if (replayed) replayed(message);
      else if (requestIds.has(id)) sink.answered(message, id);
    },
    async close() {
      transport.onclose?.();
    },
    replay: (request, extra) =>
      new Promise((resolve) => {
        replays.set(request.id, resolve);
        transport.onmessage?.(request, extra);
      }),
  };
  return transport;
}
