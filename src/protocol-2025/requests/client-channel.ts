import type { JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, RequestId } from "@modelcontextprotocol/server";
import { servedRequest } from "../../http/served-request.ts";
import type { ObservedServerRequest } from "../../http/telemetry.ts";
import type { ObservedStore } from "../../store/observed-store.ts";
import type { Session } from "../sessions/session-record.ts";
import type { SessionTimings } from "../timings.ts";
import type { MailboxMessage } from "./mailbox-message.ts";
import { MailboxReader } from "./mailbox-reader.ts";
import { ServerRequests } from "./server-requests.ts";

export interface ClientChannelOptions {
  readonly store: ObservedStore;
  readonly timings: SessionTimings;
  readonly session: Session;
  /** The stream that requests to the client are sent on. */
  readonly streamId: string;
  /** The client's requests in flight. The first one's mailbox receives replies. */
  readonly requestIds: readonly [RequestId, ...RequestId[]];
  /** Unix time in milliseconds at which they arrived. */
  readonly arrivedAt: number;
  /** Called with each reply and progress notification, under the ids that the server knows. */
  readonly onMessage: (message: JSONRPCMessage) => void;
  /** Called when the client cancels one of its requests. */
  readonly onCancelled: (id: RequestId, notification: JSONRPCNotification) => void;
}

/** The way from a server to its client and back: ids on the way out, mailboxes on the way in. Open until `close`. */
export class ClientChannel {
  readonly #options: ClientChannelOptions;
  readonly #mailboxes: readonly MailboxReader[];
  /** Created with the server's first request: most servers send none. */
  #serverRequests: ServerRequests | undefined;
  /** Requests of the server that are observed and have no reply, by the ids that the server knows. */
  readonly #observed = new Map<unknown, ObservedServerRequest>();

  constructor(options: ClientChannelOptions) {
    this.#options = options;
    const { store, timings, session, streamId, requestIds, arrivedAt } = options;
    this.#mailboxes = requestIds.map((requestId) => {
      const onMessage = (message: MailboxMessage): boolean => this.#deliver(requestId, message);
      return new MailboxReader({ store, timings, sessionId: session.id, requestId, streamId, arrivedAt, onMessage });
    });
  }

  /** How many requests of the server have no reply. */
  get unanswered(): number {
    return this.#serverRequests?.size ?? 0;
  }

  /** A request as it is sent to the client. */
  requestToClient(request: JSONRPCRequest): JSONRPCRequest {
    const { streamId, session } = this.#options;
    const { secret } = session.record;
    const [mailbox] = this.#mailboxes as [MailboxReader];
    const { name } = mailbox;
    mailbox.expectReply(1);
    this.#serverRequests ??= new ServerRequests({ mailbox: name, streamId, secret });
    const observed = servedRequest.getStore()?.telemetry?.startServerRequest(request, session.record.protocolVersion);
    if (observed) this.#observed.set(request.id, observed);
    return this.#serverRequests.requestToClient(observed?.request ?? request);
  }

  /** A notification as it is sent to the client. */
  notificationToClient(notification: JSONRPCNotification): JSONRPCNotification {
    if (!this.#serverRequests) return notification;
    const before = this.#serverRequests.size;
    const sent = this.#serverRequests.notificationToClient(notification);
    if (this.#serverRequests.size < before) {
      this.#mailboxes[0]?.expectReply(-1);
      this.#end(notification.params?.requestId, "cancelled");
    }
    return sent;
  }

  close(): void {
    for (const mailbox of this.#mailboxes) mailbox.stop();
    for (const id of [...this.#observed.keys()]) this.#end(id, "cancelled");
  }

  #end(id: unknown, errorType?: string): void {
    this.#observed.get(id)?.end(errorType);
    this.#observed.delete(id);
  }

  /** True for the reply to a request that had none. */
  #deliver(id: RequestId, message: MailboxMessage): boolean {
    const { onMessage, onCancelled } = this.#options;
    if (message.kind === "cancelled") {
      onCancelled(id, message.message);
      return false;
    }
    const forServer = this.#serverRequests?.toServer(message);
    if (!forServer) return false;
    const isReply = message.kind === "reply";
    if (isReply && this.#observed.size > 0) {
      const { id: serverId, error } = forServer as {
        readonly id?: unknown;
        readonly error?: { readonly code: number };
      };
      this.#end(serverId, error && String(error.code));
    }
    onMessage(forServer);
    return isReply;
  }
}
