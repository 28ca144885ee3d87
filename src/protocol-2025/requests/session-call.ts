import type { JSONRPCNotification, JSONRPCRequest, JSONRPCResponse, RequestId } from "@modelcontextprotocol/server";
import { failureResponse } from "../../http/error-response.ts";
import type { HttpResponse } from "../../http/http-handler.ts";
import { failedResponse, JsonRpcCode } from "../../http/json-rpc.ts";
import type { ConnectionEvents } from "../../server/connection-options.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import { type BatchSpans, observeBatch } from "../../server/observe-message.ts";
import type { ServerConnection } from "../../server/server-connection.ts";
import type { OpenServices } from "../../services/services.ts";
import { openRestoredConnection } from "../sessions/restored-connection.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import type { Session } from "../sessions/session-record.ts";
import { createSessionPublisher, type PublishToSession } from "../streams/session-notifications.ts";
import { POLLING_SINCE } from "../streams/stream-frames.ts";
import { revokeStreamLease } from "../streams/stream-lease.ts";
import { unreachableClient } from "../unreachable-client.ts";
import { type Cancellation, watchCancellation } from "./cancellation.ts";
import { ClientChannel } from "./client-channel.ts";
import { finalResponse } from "./final-response.ts";
import type { PostedRequests } from "./posted-requests.ts";
import { SessionResponse } from "./session-response.ts";

interface SessionCallOptions extends SessionContext, McpRequest, PostedRequests {
  readonly session: Session;
}

/** The requests of one POST while they are in flight, between their server, their client and the store. */
export class SessionCall implements ConnectionEvents {
  readonly #options: SessionCallOptions;
  /** Requests without a response. */
  readonly #pending: Map<RequestId, JSONRPCRequest>;
  readonly #finished = Promise.withResolvers<void>();
  // Set by `#start`. A server sends nothing before.
  #connection!: ServerConnection;
  #channel!: ClientChannel;
  #response!: SessionResponse;
  #cancellation!: Cancellation;
  readonly #batch: BatchSpans | undefined;
  /** The services of the request, if it uses any. */
  #opened: OpenServices | undefined;
  /** Created for the first notification outside of the requests. */
  #publish: PublishToSession | undefined;

  readonly #services = (): OpenServices => {
    this.#opened ??= this.#options.openServices(this.#options.mcpRequest);
    return this.#opened;
  };

  private constructor(options: SessionCallOptions) {
    this.#options = options;
    this.#pending = new Map(options.requests.map((request) => [request.id, request]));
    this.#batch = options.isBatch ? observeBatch(options) : undefined;
  }

  /** Serves requests of a session, with a server of their own, to the end: whether or not their client stays. */
  static async serve(context: SessionContext, session: Session, posted: PostedRequests): Promise<HttpResponse> {
    const { requests, mcpRequest } = posted;
    const call = new SessionCall({ ...context, ...mcpRequest, ...posted, session });
    mcpRequest.lifetime.isAnswering = true;
    const connection = await openRestoredConnection({
      createServer: context.createServer,
      mcpRequest,
      services: call.#services,
      requestIds: requests.map(({ id }) => id),
      events: call,
      session,
    });
    call.#start(connection);
    return call.#response.response;
  }

  #start(connection: ServerConnection): void {
    const { session, timings, reportFailure, logFields, ...options } = this.#options;
    const { protocolVersion } = session.record;
    const streamId = crypto.randomUUID();
    const requestIds = this.#pendingIds();
    const controls = protocolVersion >= POLLING_SINCE ? this.#streamControls() : undefined;
    this.#connection = connection;
    this.#response = new SessionResponse({
      ...options,
      timings,
      protocolVersion,
      sessionId: session.id,
      streamId,
      requests: requestIds,
      onSuperseded: () => {
        logFields.outcome = "instance_lost";
        this.#giveUp("Another instance ended this request.");
      },
      onFailure: reportFailure,
    });
    this.#channel = new ClientChannel({
      ...options,
      timings,
      session,
      streamId,
      requestIds: requestIds as [RequestId],
      onMessage: connection.receive,
      onCancelled: (id, notification) => {
        connection.receive(notification);
        if (this.#pending.has(id)) logFields.outcome = "cancelled";
        // A server does not respond to a cancelled request.
        this.#settle(id);
      },
    });
    this.#cancellation = watchCancellation({
      ...options,
      logFields,
      response: this.#response,
      longestRequestMs: timings.longestRequestMs,
      finished: this.#finished.promise,
      pendingIds: () => this.#pendingIds(),
      fail: (reason) => {
        Object.assign(logFields, { outcome: "timed_out", errorCode: JsonRpcCode.INTERNAL_ERROR });
        this.#giveUp(reason, (id) => failedResponse(id, reason));
      },
    });
    // Requests that were not given up while the server was built.
    for (const request of this.#pending.values()) {
      if (this.#batch) this.#batch.run(request, () => connection.receive(request, controls));
      else connection.receive(request, controls);
    }
  }

  async onResponse(response: JSONRPCResponse): Promise<void> {
    const id = response.id as RequestId;
    const request = this.#pending.get(id);
    if (!request) return;
    try {
      this.#settle(id, await finalResponse(this.#options, { request, response }, this.#opened));
    } catch (error) {
      const { isBatch, reportFailure } = this.#options;
      reportFailure(error);
      const instead = failureResponse(error, request);
      const isReplaced = !isBatch && this.#response.replace(instead);
      this.#settle(id, isReplaced ? undefined : JSON.parse(instead.body));
    }
  }

  onServerRequest(request: JSONRPCRequest): void {
    if (!this.#options.canStream) {
      throw unreachableClient(request.method, "its requests are answered with one JSON body here");
    }
    const pending = this.#pendingIds();
    this.#response.push(this.#channel.requestToClient(request), pending);
  }

  onNotification(notification: JSONRPCNotification): void {
    const pending = this.#pendingIds();
    this.#response.push(this.#channel.notificationToClient(notification), pending);
  }

  onSessionNotification(notification: JSONRPCNotification): void {
    const { session, reportFailure } = this.#options;
    this.#publish ??= createSessionPublisher(this.#options, session.id);
    this.#services().addWrite(this.#publish(notification), reportFailure);
  }

  #pendingIds(): readonly RequestId[] {
    return [...this.#pending.keys()];
  }

  /** The request is over, with this response or without one. */
  #settle(id: RequestId, response?: JSONRPCResponse): void {
    const request = this.#pending.get(id);
    if (!request) return;
    this.#pending.delete(id);
    this.#batch?.end(request, response ?? { outcome: "cancelled" });
    const pending = this.#pendingIds();
    if (response) this.#response.push(response, pending);
    else if (pending.length === 0) this.#response.end();
    if (pending.length > 0) return;
    this.#channel.close();
    this.#cancellation?.stop();
    this.#connection.end();
    this.#finished.resolve();
    const { logFields } = this.#options;
    logFields.isDetached = false;
    logFields.endLater?.();
  }

  /** Cancels the requests that have no response. */
  #giveUp(reason: string, responseTo: (id: RequestId) => JSONRPCResponse | undefined = () => undefined): void {
    for (const requestId of this.#pendingIds()) {
      const params = { requestId, reason };
      this.#connection.receive({ jsonrpc: "2.0", method: "notifications/cancelled", params });
      this.#settle(requestId, responseTo(requestId));
    }
  }

  /** Lets handlers disconnect streams, so that their clients poll (SEP-1699). */
  #streamControls(): { closeSSEStream: () => void; closeStandaloneSSEStream: () => void } {
    const { session, reportFailure } = this.#options;
    return {
      closeSSEStream: () => this.#cancellation.disconnectClient(),
      closeStandaloneSSEStream: () =>
        this.#services().addWrite(revokeStreamLease({ ...this.#options, sessionId: session.id }), reportFailure),
    };
  }
}
