import type { JSONRPCMessage, JSONRPCRequest, RequestId } from "@modelcontextprotocol/server";
import type { ObservedStore } from "../../store/observed-store.ts";
import { mailboxPartition, toServerRequestId } from "../sessions/session-keys.ts";
import { type MailboxMessage, readMailbox } from "./mailbox.ts";

/** What a server asks its client while it serves one exchange, and what the client says to that. */
export interface PendingServerRequests {
  /** The message as it goes to the client: what refers to a request of this server refers to its wire id instead. */
  outgoing(message: JSONRPCMessage): JSONRPCMessage;
  /** How many requests the client has not replied to. */
  outstanding(): number;
  /** No further replies are waited for. */
  stop(): void;
}

export interface PendingServerRequestsOptions {
  readonly store: ObservedStore;
  readonly sessionId: string;
  readonly streamId: string;
  readonly mailbox: string;
  /** Hands the server what the client sent, under the id that the server knows. */
  readonly deliver: (message: JSONRPCMessage) => void;
  /** The client called off the request that the inbox belongs to. */
  readonly onCancelled: (message: JSONRPCMessage) => void;
}

/**
 * Every server numbers its requests from 0, and a session has many servers, several at a time. On the wire each request
 * has an id that is unique in the session and names the inbox for the reply.
 */
export function createPendingServerRequests(options: PendingServerRequestsOptions): PendingServerRequests {
  const { store, sessionId, streamId, mailbox, deliver, onCancelled } = options;
  const localIds = new Map<string, RequestId>();
  const serverRequestIds = new Map<RequestId, string>();
  const reader = readMailbox({ store, partition: mailboxPartition(sessionId, mailbox), onMessage });
  let sent = 0;

  function onMessage(note: MailboxMessage): void {
    if (note.kind === "cancelled") {
      onCancelled(note.message);
      return;
    }
    if (note.kind === "progress") {
      const { params } = note.message;
      const progressToken = localIds.get(String(params?.progressToken));
      if (progressToken !== undefined) deliver({ ...note.message, params: { ...params, progressToken } });
      return;
    }
    const id = settle(note.serverRequestId);
    if (id !== undefined) deliver({ ...note.message, id } as JSONRPCMessage);
  }

  /** The server's own id of a request that is over now; undefined when it was over before. */
  function settle(serverRequestId: string): RequestId | undefined {
    const id = localIds.get(serverRequestId);
    if (id === undefined) return undefined;
    localIds.delete(serverRequestId);
    serverRequestIds.delete(id);
    reader.expect(-1);
    return id;
  }

  function ask(request: JSONRPCRequest): JSONRPCMessage {
    const serverRequestId = toServerRequestId({ mailbox, streamId, number: sent++ });
    localIds.set(serverRequestId, request.id);
    serverRequestIds.set(request.id, serverRequestId);
    reader.expect(1);
    const { params } = request;
    // The SDKs use the request's own id as its progress token.
    if (params?._meta?.progressToken !== request.id) return { ...request, id: serverRequestId };
    return {
      ...request,
      id: serverRequestId,
      params: { ...params, _meta: { ...params._meta, progressToken: serverRequestId } },
    };
  }

  return {
    outgoing(message) {
      if (!("method" in message)) return message;
      if ("id" in message) return ask(message);
      const requestId = message.params?.requestId as RequestId;
      const serverRequestId =
        message.method === "notifications/cancelled" ? serverRequestIds.get(requestId) : undefined;
      if (serverRequestId === undefined) return message;
      settle(serverRequestId);
      return { ...message, params: { ...message.params, requestId: serverRequestId } };
    },
    outstanding: () => localIds.size,
    stop: () => reader.stop(),
  };
}
