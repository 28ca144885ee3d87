import type { JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, RequestId } from "@modelcontextprotocol/server";
import type { ObservedStore } from "../../store/observed-store.ts";
import { mailboxOf, mailboxPartition } from "../sessions/session-keys.ts";
import type { SessionTimings } from "../timings.ts";
import { type MailboxMessage, MailboxReader } from "./mailbox.ts";
import { ServerRequests } from "./server-requests.ts";

export interface ClientChannelOptions {
  readonly store: ObservedStore;
  readonly timings: SessionTimings;
  readonly sessionId: string;
  /** The stream that requests to the client are sent on. */
  readonly streamId: string;
  /** The client's requests in flight. The first one's mailbox receives replies. */
  readonly requestIds: readonly [RequestId, ...RequestId[]];
  /** Called with each reply and progress notification, under the ids that the server knows. */
  readonly onMessage: (message: JSONRPCMessage) => void;
  /** Called when the client cancels one of its requests. */
  readonly onCancelled: (id: RequestId, notification: JSONRPCNotification) => void;
}

/** The way from a server to its client and back: ids on the way out, mailboxes on the way in. Open until `close`. */
export class ClientChannel {
  readonly #options: ClientChannelOptions;
  readonly #serverRequests: ServerRequests;
  readonly #mailboxes: readonly MailboxReader[];

  constructor(options: ClientChannelOptions) {
    const { streamId, requestIds } = options;
    this.#options = options;
    this.#serverRequests = new ServerRequests({ mailbox: mailboxOf(requestIds[0]), streamId });
    this.#mailboxes = requestIds.map((id) => this.#openMailbox(id));
  }

  /** How many requests of the server have no reply. */
  get unanswered(): number {
    return this.#serverRequests.size;
  }

  /** A request as it is sent to the client. */
  requestToClient(request: JSONRPCRequest): JSONRPCRequest {
    this.#mailboxes[0]?.hurry();
    return this.#serverRequests.requestToClient(request);
  }

  /** A notification as it is sent to the client. */
  notificationToClient(notification: JSONRPCNotification): JSONRPCNotification {
    return this.#serverRequests.notificationToClient(notification);
  }

  close(): void {
    for (const mailbox of this.#mailboxes) mailbox.stop();
  }

  #openMailbox(id: RequestId): MailboxReader {
    const { store, timings, sessionId } = this.#options;
    return new MailboxReader({
      store,
      timings,
      partition: mailboxPartition(sessionId, mailboxOf(id)),
      isReplyExpected: () => this.#serverRequests.size > 0,
      onMessage: (message) => this.#deliver(id, message),
    });
  }

  #deliver(id: RequestId, message: MailboxMessage): void {
    const { onMessage, onCancelled } = this.#options;
    if (message.kind === "cancelled") {
      onCancelled(id, message.message);
      return;
    }
    const forServer = this.#serverRequests.toServer(message);
    if (forServer) onMessage(forServer);
  }
}
