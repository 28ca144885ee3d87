import { setImmediate as nextTurn } from "node:timers/promises";
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
import { intercept, type MessageInterceptor, watchScopeResolver } from "./message-interceptor.ts";
import type { ConnectableServer } from "./sdk-server.ts";

/** Receives the messages that a server sends. */
export interface ConnectionEvents {
  /** The response to one of the client's requests. `isRefusal`: it was sent before a handler ran. */
  onResponse(response: JSONRPCResponse, isRefusal: boolean): void;
  /** A notification that belongs to one of the client's requests, or calls off a request of the server's. */
  onNotification(notification: JSONRPCNotification): void;
  /** A request of the server to its client. The server's `request` rejects with what this throws. */
  onServerRequest(request: JSONRPCRequest): void;
  /** A notification that belongs to no request. */
  onSessionNotification(notification: JSONRPCNotification): void;
  /** The server was closed, other than by `end`. */
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
   * Messages of earlier in the session, which bring the server to its state. A request that the server sends meanwhile
   * fails, and its notifications are dropped: both were sent when this happened first.
   */
  readonly replay?: readonly (JSONRPCRequest | JSONRPCNotification)[] | undefined;
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
  #onReplayed: (response: JSONRPCResponse) => void = ignore;
  #isReplaying = false;
  #isReceiving = false;
  #isEnded = false;
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
    const resolver = interceptor && watchScopeResolver(connection);
    await server.connect(connection);
    try {
      if (replay) await connection.#replayAll(replay);
      if (interceptor) await intercept(connection, interceptor, resolver);
    } catch (error) {
      await server.close();
      throw error;
    }
    return connection;
  }

  /** Hands the server a message of the client. `controls` are added to what handlers are passed. */
  readonly receive = (message: JSONRPCMessage, controls?: MessageExtraInfo): void => {
    const { extra } = this.#options;
    this.#isReceiving = true;
    try {
      this.onmessage?.(message, controls ? { ...extra, ...controls } : extra);
    } finally {
      this.#isReceiving = false;
    }
  };

  /**
   * Closes the server when the SDK has done with the message that it is sending. Closing earlier would fail what a server
   * still has to send, and abort the signals of handlers that have returned.
   */
  end(): void {
    this.#isEnded = true;
    // Ticks that are scheduled by a microtask run when no other microtask is left: those of the SDK, which has no event for it.
    queueMicrotask(process.nextTick.bind(process, this.abort));
  }

  /** Closes the server at once, which cancels its handlers. */
  readonly abort = (): void => {
    // Closes this transport, and whatever else the server's author closes with it.
    void this.#server.close().catch(ignore);
  };

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
    if (!this.#isEnded) this.#options.events.onClosed?.();
    this.onclose?.();
  };

  async #replayAll(messages: readonly (JSONRPCRequest | JSONRPCNotification)[]): Promise<void> {
    const { extra } = this.#options;
    this.#isReplaying = true;
    for (const message of messages) {
      if (!("id" in message)) {
        this.onmessage?.(message, extra);
        // No SDK tells when a notification handler has returned: its synchronous work is done by the next turn.
        await nextTurn();
        continue;
      }
      await new Promise((resolve) => {
        this.#onReplayed = resolve;
        this.onmessage?.(message, extra);
      });
    }
    this.#isReplaying = false;
  }

  #refuseWhileReplaying(message: JSONRPCRequest | JSONRPCNotification): void {
    if ("id" in message) throw new Error("The session is being restored: its client was asked this before.");
  }

  #respond(response: JSONRPCResponse): void {
    const { events, requestIds } = this.#options;
    if (this.#isReplaying) this.#onReplayed(response);
    else if (response.id !== undefined && requestIds.includes(response.id)) {
      // The SDK calls request handlers after `onmessage` has returned.
      events.onResponse(response, this.#isReceiving);
    }
  }
}

const ignore = (): void => {};
