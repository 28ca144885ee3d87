import type { JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, RequestId } from "@modelcontextprotocol/server";
import type { MailboxMessage } from "./mailbox-message.ts";

/** A server-to-client request, as its id on the wire names it. */
export interface ServerRequestId {
  /** Name of the mailbox that receives replies. */
  readonly mailbox: string;
  /** The stream that the request is sent on. */
  readonly streamId: string;
}

export interface ServerRequestsOptions extends ServerRequestId {
  /** The session's. */
  readonly secret: string;
}

/**
 * Undefined for an id that no server of the session gave to a request: it is signed, so that a client cannot have messages
 * stored for requests that it was never sent, and no instance has to look them up.
 */
export function parseServerRequestId(id: unknown, secret: string): ServerRequestId | undefined {
  const match = typeof id === "string" ? /^(([\w-]{22})\.([\w-]{8,64})\.\d{1,9})\.([\w-]{22})$/.exec(id) : undefined;
  const [, signed = "", mailbox = "", streamId = "", signature = ""] = match ?? [];
  if (!match) return undefined;
  const { timingSafeEqual } = process.getBuiltinModule("node:crypto");
  const isOurs = timingSafeEqual(Buffer.from(signature), Buffer.from(sign(signed, secret)));
  return isOurs ? { mailbox, streamId } : undefined;
}

function sign(text: string, secret: string): string {
  const { createHmac } = process.getBuiltinModule("node:crypto");
  return createHmac("sha256", secret).update(text).digest("base64url").slice(0, 22);
}

/**
 * Requests of one server to its client that have no reply yet. Every server numbers its requests from 0, and a session has
 * many servers, several at a time: so each request gets an id that is unique in the session and names the mailbox for
 * the reply.
 */
export class ServerRequests {
  readonly #options: ServerRequestsOptions;
  /** The id that the server knows, by the id on the wire. */
  readonly #localIds = new Map<string, RequestId>();
  #sent = 0;

  constructor(options: ServerRequestsOptions) {
    this.#options = options;
  }

  /** How many requests have no reply. */
  get size(): number {
    return this.#localIds.size;
  }

  /** A request as it is sent to the client. */
  requestToClient(request: JSONRPCRequest): JSONRPCRequest {
    const { mailbox, streamId, secret } = this.#options;
    const unsigned = `${mailbox}.${streamId}.${this.#sent++}`;
    const id = `${unsigned}.${sign(unsigned, secret)}`;
    this.#localIds.set(id, request.id);
    const { params } = request;
    // The SDKs use the request's own id as its progress token.
    if (params?._meta?.progressToken !== request.id) return { ...request, id };
    return { ...request, id, params: { ...params, _meta: { ...params._meta, progressToken: id } } };
  }

  /** A notification as it is sent to the client: one that calls off a request of this server names its id on the wire. */
  notificationToClient(notification: JSONRPCNotification): JSONRPCNotification {
    if (notification.method !== "notifications/cancelled") return notification;
    const { params } = notification;
    const id = this.#sentIdOf(params?.requestId as RequestId);
    if (id === undefined) return notification;
    this.#localIds.delete(id);
    return { ...notification, params: { ...params, requestId: id } };
  }

  /** A reply or progress as the server knows it; undefined when the request has its reply, or is not of this server. */
  toServer(message: Exclude<MailboxMessage, { kind: "cancelled" }>): JSONRPCMessage | undefined {
    if (message.kind === "progress") {
      const { params } = message.message;
      const progressToken = this.#localIds.get(String(params?.progressToken));
      return progressToken === undefined ? undefined : { ...message.message, params: { ...params, progressToken } };
    }
    const id = this.#localIds.get(message.serverRequestId);
    this.#localIds.delete(message.serverRequestId);
    return id === undefined ? undefined : ({ ...message.message, id } as JSONRPCMessage);
  }

  #sentIdOf(localId: RequestId): string | undefined {
    for (const [sentId, id] of this.#localIds) if (id === localId) return sentId;
    return undefined;
  }
}
