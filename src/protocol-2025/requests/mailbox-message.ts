import type { JSONRPCMessage, JSONRPCNotification } from "@modelcontextprotocol/server";

/** A message of the client for a request in flight, through whichever instance the client reached. */
export type MailboxMessage =
  /** A reply to the server's request of this id; the first one counts. */
  | { readonly kind: "reply"; readonly serverRequestId: string; readonly message: JSONRPCMessage }
  /** `notifications/progress` on one, in the order in which they were sent. */
  | { readonly kind: "progress"; readonly message: JSONRPCNotification }
  /** `notifications/cancelled` for the request itself. */
  | { readonly kind: "cancelled"; readonly message: JSONRPCNotification };

export interface StoredMessage {
  readonly message: MailboxMessage;
  /** Unix time in milliseconds. */
  readonly at: number;
}
