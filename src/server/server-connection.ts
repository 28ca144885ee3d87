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
import { failedResponse } from "../http/json-rpc.ts";
import { logAboutRequest, servedRequest } from "../http/served-request.ts";
import { sendableMessage } from "../limits/output.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { intercept, watchScopeResolver } from "./message-interceptor.ts";
import { renamedTransport } from "./renamed-transport.ts";
import type { BuiltServer, ConnectableServer, LowLevelServer } from "./sdk-server.ts";

type ServerToConnect = Pick<BuiltServer, "server" | "lowLevel">;

/**
 * The transport between one server and one POST of a client, for both protocol eras and servers of both SDKs. It uses the
 * SDK's public `Transport` contract alone: messages go in through `onmessage`, where tracing tools expect them. After the
 * server was closed, the connection takes what its handlers still send, and drops it.
 */
export class ServerConnection implements Transport {
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly sessionId?: string;
  readonly #server: ConnectableServer;
  readonly #lowLevel: LowLevelServer;
  readonly #options: ConnectionOptions;
  readonly #unanswered: Set<RequestId>;
  /** How many responses the SDK failed to send. */
  #unsent = 0;
  #onReplayed: (response: JSONRPCResponse) => void = ignore;
  #isReplaying = false;
  #isReceiving = false;
  #isEnded = false;
  #isClosed = false;

  private constructor({ server, lowLevel }: ServerToConnect, options: ConnectionOptions) {
    this.#server = server;
    this.#lowLevel = lowLevel;
    this.#options = options;
    this.#unanswered = new Set(options.requestIds);
    if (options.sessionId !== undefined) this.sessionId = options.sessionId;
  }

  /** Connects a server. Throws what connecting throws, and Rejection. */
  static async open(built: ServerToConnect, options: ConnectionOptions): Promise<ServerConnection> {
    const { server, lowLevel } = built;
    const connection = new ServerConnection(built, options);
    const { interceptor, route, replay } = options;
    const resolver = interceptor && watchScopeResolver(connection);
    await server.connect(route ? renamedTransport(connection, route) : connection);
    watchUnsentResponses(lowLevel, connection.#onUnsentResponse);
    try {
      if (replay) await connection.#replayAll(replay);
      if (interceptor) await intercept(connection, interceptor, resolver);
    } catch (error) {
      connection.abort();
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
  readonly abort = (): void => closeServer(this.#server);

  // The methods of `Transport` are bound, because tracing tools put proxies before transports.
  readonly start = async (): Promise<void> => {};

  readonly send = async (message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> => {
    const { events, requestIds } = this.#options;
    if (!("method" in message)) return this.#respond(message);
    if (this.#isClosed) return dropLate(message);
    if (this.#isReplaying) return this.#refuseWhileReplaying(message);
    const sent = sendableMessage(message, this.#options.maxOutputBytes);
    if ("id" in sent) return events.onServerRequest(sent);
    // A server calls off a request that it sent here, whatever it says the notification belongs to.
    if (sent.method === "notifications/cancelled") return events.onNotification(sent);
    const related = options?.relatedRequestId;
    if (related === undefined) events.onSessionNotification(sent);
    else if (requestIds.includes(related)) events.onNotification(sent);
  };

  readonly close = async (): Promise<void> => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#isEnded) this.#options.events.onClosed?.();
    try {
      // Calls the author's own, which may throw.
      this.onclose?.();
    } finally {
      keepSending(this.#lowLevel, this);
    }
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
    if (this.#isReplaying) this.#onReplayed(response);
    else if (response.id !== undefined && this.#unanswered.delete(response.id)) {
      // The SDK calls request handlers after `onmessage` has returned.
      this.#options.events.onResponse(response, this.#isReceiving);
    }
  }

  /** The SDK does not say which: it is known when as many requests have no response. */
  readonly #onUnsentResponse = (error: Error): void => {
    if (!this.#isReplaying) this.#unsent++;
    else this.#onReplayed(failedResponse(undefined, error.message));
    if (this.#unanswered.size > this.#unsent || this.#isClosed) return;
    if (this.#unanswered.size > 0) logAboutRequest("the response could not be sent:", error);
    for (const id of [...this.#unanswered]) this.#respond(failedResponse(id, "Internal error"));
  };
}

/**
 * Calls `onUnsent` when the SDK could not send the response to a request, such as for a handler that throws `null`. The SDK
 * tells it to `onerror` of the server alone, in these words in both of its versions (`Protocol._onrequest`).
 */
export function watchUnsentResponses(lowLevel: LowLevelServer, onUnsent: (error: Error) => void): void {
  const { onerror } = lowLevel;
  // A server that cannot be written to has a response only at the deadline.
  Reflect.set(lowLevel, "onerror", (error: Error) => {
    // First: the author's own may throw.
    if (error.message.startsWith("Failed to send response")) onUnsent(error);
    onerror?.call(lowLevel, error);
  });
}

/** Closes a server. Its author may have put a `close` in place that throws, returns no promise, or never ends. */
export const closeServer = (server: ConnectableServer): void => void (async () => server.close())().catch(ignore);

/**
 * Connects a server, which was closed, to a transport that drops what it sends. Otherwise the SDK would reject it, which
 * ends the process where the author did not wait for it.
 */
export function keepSending(lowLevel: LowLevelServer, sink: Transport): void {
  const connect = async (): Promise<void> => lowLevel.connect(sink);
  void connect().catch(ignore);
}

/** Takes a message that a server sends after its request has ended. Throws what a request of the server rejects with. */
export function dropLate(message: JSONRPCRequest | JSONRPCNotification): void {
  const served = servedRequest.getStore();
  // Where the client left or its time was up, no handler made a mistake.
  if (!served?.hasLateMessage && !/cancelled|timed_out/.test(served?.logFields.outcome ?? "")) {
    logAboutRequest(`${message.method} was dropped: the request had ended, so await what a handler sends.`);
  }
  if (served) served.hasLateMessage = true;
  if ("id" in message) throw new Error("The request has ended: its client can no longer be asked.");
}

const ignore = (): void => {};
