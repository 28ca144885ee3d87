import type { JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, RequestId } from "@modelcontextprotocol/server";

/** A reply of the client to a request of the server. */
export type ClientReply = Exclude<JSONRPCMessage, { method: string }>;

/** The messages in one POST of a client, by kind. */
export interface ClientMessages {
  readonly requests: readonly JSONRPCRequest[];
  readonly notifications: readonly JSONRPCNotification[];
  readonly replies: readonly ClientReply[];
}

/** Sorts the messages of a POST. Undefined when there is none, one is no JSON-RPC message, or two requests have the same id. */
export function sortMessages(messages: readonly unknown[]): ClientMessages | undefined {
  const requests: JSONRPCRequest[] = [];
  const notifications: JSONRPCNotification[] = [];
  const replies: ClientReply[] = [];
  for (const message of messages) {
    if (!isObject(message) || message.jsonrpc !== "2.0") return undefined;
    const hasId = isRequestId(message.id);
    if (typeof message.method === "string") {
      if (hasId) requests.push(message as unknown as JSONRPCRequest);
      else if (message.id === undefined) notifications.push(message as unknown as JSONRPCNotification);
      else return undefined;
    } else if (hasId && ("result" in message || "error" in message)) {
      replies.push(message as unknown as ClientReply);
    } else return undefined;
  }
  if (messages.length === 0) return undefined;
  const ids = new Set(requests.map(({ id }) => id));
  return ids.size === requests.length ? { requests, notifications, replies } : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isRequestId = (id: unknown): id is RequestId => typeof id === "string" || typeof id === "number";
