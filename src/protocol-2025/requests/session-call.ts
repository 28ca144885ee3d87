import type { JSONRPCNotification, JSONRPCRequest, JSONRPCResponse, RequestId } from "@modelcontextprotocol/server";
import { failureResponse, STORE_UNAVAILABLE } from "../../http/error-response.ts";
import type { HttpResponse } from "../../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../../http/json-rpc.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import type { ConnectionEvents, ServerConnection } from "../../server/server-connection.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import { streamPartition } from "../sessions/session-keys.ts";
import { publishToSession } from "../streams/session-notifications.ts";
import { POLLING_SINCE } from "../streams/stream-frames.ts";
import { revokeStreamLease } from "../streams/stream-lease.ts";
import { unreachableClient } from "../unreachable-client.ts";
import { watchCancellation } from "./cancellation.ts";
import { ClientChannel } from "./client-channel.ts";
import { failedResponse } from "./failed-response.ts";
import { type FinalResponseOptions, finalResponse } from "./final-response.ts";
import { SessionResponse } from "./session-response.ts";

/** Requests of one POST. */
export interface PostedRequests {
  /** At least one. */
  readonly requests: readonly JSONRPCRequest[];
  readonly isBatch: boolean;
  readonly mcpRequest: McpRequest;
}

export type SessionCallOptions = SessionContext & McpRequest & PostedRequests & FinalResponseOptions;

/** The requests of one POST while they are in flight, between their server, their client and the store. */
export class SessionCall implements ConnectionEvents {
  readonly #options: SessionCallOptions;
  /** Requests without a response. */
  readonly #pending: Map<RequestId, JSONRPCRequest>;
  readonly #finished = Promise.withResolvers<void>();
  // Set by `serve`. A server sends nothing before.
  #connection!: ServerConnection;
  #channel!: ClientChannel;
  #response!: SessionResponse;

  constructor(options: SessionCallOptions) {
    this.#options = options;
    this.#pending = new Map(options.requests.map((request) => [request.id, request]));
  }

  serve(connection: ServerConnection): Promise<HttpResponse> {
    const { requests, session, timings, reportFailure, ...options } = this.#options;
    const { protocolVersion } = session.record;
    const finished = this.#finished.promise;
    const streamId = crypto.randomUUID();
    const requestIds = this.#pendingIds();
    this.#connection = connection;
    this.#response = new SessionResponse({
      ...options,
      timings,
      protocolVersion,
      partition: streamPartition(session.id, streamId),
      streamId,
      requests: requestIds,
      onSuperseded: () => this.#giveUp("Another instance ended this request."),
      onFailure: reportFailure,
    });
    this.#channel = new ClientChannel({
      ...options,
      timings,
      sessionId: session.id,
      streamId,
      requestIds: requestIds as [RequestId],
      onMessage: (message) => connection.receive(message),
      onCancelled: (id, notification) => {
        connection.receive(notification);
        // A server does not respond to a cancelled request.
        this.#settle(id);
      },
    });
    const longest = setTimeout(() => this.#fail(LASTS_TOO_LONG), timings.longestRequestMs);
    longest.unref();
    void finished.then(() => {
      clearTimeout(longest);
      this.#channel.close();
      connection.end();
    });
    options.handlesItsDeadline();
    watchCancellation(options.mcpRequest, {
      finished,
      onClientLeft: () => this.#onClientLeft(),
      onDeadline: () => this.#onDeadline(),
    });
    const controls = protocolVersion >= POLLING_SINCE ? this.#streamControls() : undefined;
    // Requests that were not given up while the server was built.
    for (const request of requests) if (this.#pending.has(request.id)) connection.receive(request, controls);
    return this.#response.response;
  }

  onResponse(response: JSONRPCResponse): void {
    void this.#conclude(response.id as RequestId, response);
  }

  onServerRequest(request: JSONRPCRequest): void {
    if (!this.#options.canStream) {
      throw unreachableClient(request.method, "its requests are answered with one JSON body here");
    }
    this.#response.push(this.#channel.requestToClient(request), this.#pendingIds());
  }

  onNotification(notification: JSONRPCNotification): void {
    this.#response.push(this.#channel.notificationToClient(notification), this.#pendingIds());
  }

  onSessionNotification(notification: JSONRPCNotification): void {
    const { store, session, writes } = this.#options;
    writes.add(publishToSession(store, session.id, notification));
  }

  #pendingIds(): readonly RequestId[] {
    return [...this.#pending.keys()];
  }

  async #conclude(id: RequestId, response: JSONRPCResponse): Promise<void> {
    const request = this.#pending.get(id);
    if (!request) return;
    try {
      this.#settle(id, await finalResponse(this.#options, request, response));
    } catch (error) {
      const { isBatch, reportFailure } = this.#options;
      reportFailure(error);
      const isReplaced = !isBatch && this.#response.replace(failureResponse(error, request));
      this.#settle(id, isReplaced ? undefined : failedResponse(id, STORE_UNAVAILABLE));
    }
  }

  /** The request is over, with this response or without one. */
  #settle(id: RequestId, response?: JSONRPCResponse): void {
    if (!this.#pending.delete(id)) return;
    const pending = this.#pendingIds();
    if (response) this.#response.push(response, pending);
    else if (pending.length === 0) this.#response.end();
    if (pending.length === 0) this.#finished.resolve();
  }

  /** Gives up, with an error for each request that has no response. */
  #fail(reason: string): void {
    this.#giveUp(reason, (id) => failedResponse(id, reason));
  }

  /** Cancels the requests that have no response. */
  #giveUp(reason: string, responseTo: (id: RequestId) => JSONRPCResponse | undefined = () => undefined): void {
    for (const requestId of this.#pendingIds()) {
      const params = { requestId, reason };
      this.#connection.receive({ jsonrpc: "2.0", method: "notifications/cancelled", params });
      this.#settle(requestId, responseTo(requestId));
    }
  }

  #onClientLeft(): void {
    this.#keepInstanceAwake();
    this.#response.detach();
    this.#response.replace({ status: 202, headers: {} });
  }

  #onDeadline(): void {
    const { isBatch, invocation } = this.#options;
    // Where the platform only ends the request and not the work, the client comes back for the response.
    if (!invocation.exclusive && this.#response.isResumable) {
      this.#disconnectClient();
      return;
    }
    const [id = null] = this.#pendingIds();
    // The responses of a batch that are there are sent.
    if (!isBatch) {
      this.#response.replace(errorResponse(504, { code: JsonRpcCode.INTERNAL_ERROR, message: TIME_IS_UP, id }));
    }
    this.#fail(TIME_IS_UP);
  }

  /** Lets handlers disconnect streams, so that their clients poll (SEP-1699). */
  #streamControls(): { closeSSEStream: () => void; closeStandaloneSSEStream: () => void } {
    const { session, writes } = this.#options;
    return {
      closeSSEStream: () => this.#disconnectClient(),
      closeStandaloneSSEStream: () => writes.add(revokeStreamLease({ ...this.#options, sessionId: session.id })),
    };
  }

  #disconnectClient(): void {
    this.#keepInstanceAwake();
    this.#response.disconnect();
  }

  /** The client is gone, the work is not. */
  #keepInstanceAwake(): void {
    this.#options.invocation.waitUntil?.(this.#finished.promise.then(() => this.#response.logged()));
  }
}

const LASTS_TOO_LONG = "The request was given up after an hour without an answer.";
const TIME_IS_UP = "The platform's time limit came before the answer: the request was given up.";
