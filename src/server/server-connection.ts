import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
  MessageExtraInfo,
  RequestId,
  Transport,
  TransportSendOptions,
} from "@modelcontextprotocol/server";
import { connectIntercepted, type MessageInterceptor } from "./message-interceptor.ts";
import type { ConnectableServer } from "./sdk-server.ts";

/** Receives the messages that a server sends. */
export interface ConnectionEvents {
  /** The response to one of the client's requests. */
  onResponse(response: JSONRPCResponse): void;
  /** A notification that belongs to one of the client's requests, or calls off a request of the server's. */
  onNotification(notification: JSONRPCNotification): void;
  /** A request of the server to its client. The server's `request` rejects with what this throws. */
  onServerRequest(request: JSONRPCRequest): void;
  /** A notification that belongs to no request. */
  onSessionNotification(notification: JSONRPCNotification): void;
  /** The connection was closed, by either side. */
  onClosed?(): void;
}

export interface ConnectionOptions {
  /** Ids of the client's requests. */
  readonly requestIds: readonly RequestId[];
  readonly events: ConnectionEvents;
  readonly interceptor?: MessageInterceptor | undefined;
  readonly sessionId?: string | undefined;
  /** Passed to handlers with each message. */
  readonly extra: MessageExtraInfo;
  /**
   * Replays what the server's session went through before. A request that the server sends meanwhile fails, and its
   * notifications are dropped: both were sent when this happened first.
   */
  readonly replay?: ((connection: ServerConnection) => Promise<void>) | undefined;
}

/**
 * The transport between one server and one POST of a client, for both protocol eras and servers of both SDKs. It uses the
 * SDK's public `Transport` contract alone: messages go in through `onmessage`, where tracing tools expect them.
 */
export class ServerConnection implements Transport {
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly sessionId?: string;
  readonly #server: ConnectableServer;
  readonly #options: ConnectionOptions;
  readonly #replays = new Map<RequestId, (response: JSONRPCResponse) => void>();
  #isReplaying = false;
  #isReceiving = false;
  #isClosed = false;

  private constructor(server: ConnectableServer, options: ConnectionOptions) {
    this.#server = server;
    this.#options = options;
    if (options.sessionId !== undefined) this.sessionId = options.sessionId;
  }

  /** Connects a server. Throws what connecting throws, and Rejection. */
  static async open(server: ConnectableServer, options: ConnectionOptions): Promise<ServerConnection> {
    const connection = new ServerConnection(server, options);
    const { interceptor, replay } = options;
    await connectIntercepted(server, connection, interceptor, replay && (() => connection.#replayWith(replay)));
    return connection;
  }

  /** True while `receive` runs. A response sent meanwhile is a refusal: the SDK calls request handlers later. */
  get isReceiving(): boolean {
    return this.#isReceiving;
  }

  /** Hands the server a message of the client. `controls` are added to what handlers are passed. */
  receive(message: JSONRPCMessage, controls?: MessageExtraInfo): void {
    const { extra } = this.#options;
    this.#isReceiving = true;
    try {
      this.onmessage?.(message, controls ? { ...extra, ...controls } : extra);
    } finally {
      this.#isReceiving = false;
    }
  }

  /** Hands the server a request of earlier in its session. Settles with the response, which nobody else sees. */
  replay(request: JSONRPCRequest): Promise<JSONRPCResponse> {
    return new Promise((resolve) => {
      this.#replays.set(request.id, resolve);
      this.onmessage?.(request, this.#options.extra);
    });
  }

  /** Closes the server, after the message that it is sending: closing fails what a server still has to send. */
  end(): void {
    queueMicrotask(() => this.abort());
  }

  /** Closes the server at once, which cancels its handlers. */
  abort(): void {
    // Closes this transport, and whatever else the server's author closes with it.
    void this.#server.close().catch(() => {});
  }

  // The methods of `Transport` are bound, because tracing tools put proxies before transports.
  readonly start = async (): Promise<void> => {};

  readonly send = async (message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> => {
    const { events, requestIds } = this.#options;
    if (!("method" in message)) this.#respond(message);
    else if (this.#isReplaying) this.#refuseWhileReplaying(message);
    else if ("id" in message) events.onServerRequest(message);
    // A server calls off a request that it sent here, whatever it says the notification belongs to.
    else if (message.method === "notifications/cancelled") events.onNotification(message);
    else {
      const related = options?.relatedRequestId;
      if (related === undefined) events.onSessionNotification(message);
      else if (requestIds.includes(related)) events.onNotification(message);
    }
  };

  readonly close = async (): Promise<void> => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.events.onClosed?.();
    this.onclose?.();
  };

  async #replayWith(replay: (connection: ServerConnection) => Promise<void>): Promise<void> {
    this.#isReplaying = true;
    await replay(this);
    this.#isReplaying = false;
  }

  #refuseWhileReplaying(message: JSONRPCRequest | JSONRPCNotification): void {
    if ("id" in message) throw new Error("The session is being restored: its client was asked this before.");
  }

  #respond(response: JSONRPCResponse): void {
    const { id } = response;
    if (id === undefined) return;
    const resolve = this.#replays.get(id);
    this.#replays.delete(id);
    if (resolve) resolve(response);
    else if (this.#options.requestIds.includes(id)) this.#options.events.onResponse(response);
  }
}
