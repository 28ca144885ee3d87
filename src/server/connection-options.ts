import type {
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
  MessageExtraInfo,
  RequestId,
} from "@modelcontextprotocol/server";
import type { MessageInterceptor } from "./message-interceptor.ts";
import type { ServerRoute } from "./server-factory.ts";

/** Receives the messages that a server sends. */
export interface ConnectionEvents {
  /** The one response to one of the client's requests. `isRefusal`: it was sent before a handler ran. Must not throw. */
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
  /** The names of the server, where they are not the client's. */
  readonly route?: ServerRoute | undefined;
  readonly sessionId?: string | undefined;
  /** The most bytes that a message of the server may have in JSON. */
  readonly maxOutputBytes: number;
  /** Passed to handlers with each message. */
  readonly extra: MessageExtraInfo;
  /**
   * Messages of earlier in the session, which bring the server to its state. A request that the server sends meanwhile
   * fails, and its notifications are dropped: both were sent when this happened first.
   */
  readonly replay?: readonly (JSONRPCRequest | JSONRPCNotification)[] | undefined;
}
