import type { RequestId } from "@modelcontextprotocol/server";
import type { StateKey } from "../../store/store.ts";

/** Where what belongs to a session lies in the store. Ids that clients choose are hashed: theirs may be of any length. */

/**
 * What the session's servers say to the client outside of any request, as a log, and beside it the record and who serves
 * the standing stream: whoever serves that reads all three at once.
 */
export const sessionPartition = (sessionId: string): string => `session/${sessionId}`;

export const RECORD = "record";

/** Who serves the session's standing stream. */
export const STREAM_LEASE = "listener";

export const recordKey = (sessionId: string): StateKey => ({ partition: sessionPartition(sessionId), sort: RECORD });

export const streamLeaseKey = (sessionId: string): StateKey => ({
  partition: sessionPartition(sessionId),
  sort: STREAM_LEASE,
});

/** The events of one request's stream. */
export const streamPartition = (sessionId: string, streamId: string): string => `stream/${sessionId}/${streamId}`;

/** What the client sends to one request under way. */
export const mailboxPartition = (sessionId: string, mailbox: string): string => `inbox/${sessionId}/${mailbox}`;

/** The inbox of the request with this id: computed, not looked up, by whichever instance has something for it. */
export function mailboxOf(requestId: RequestId): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(JSON.stringify(requestId)).digest("base64url").slice(0, 22);
}

/** A server→client request on the wire. */
export interface ServerRequestId {
  /** Inbox of the client's request that it belongs to. */
  readonly mailbox: string;
  readonly streamId: string;
  /** Counts the stream's server→client requests. */
  readonly number: number;
}

/**
 * The id under which a server→client request travels. It is unique in the session, whatever instance sent it, and says
 * where the reply goes.
 */
export const toServerRequestId = ({ mailbox, streamId, number }: ServerRequestId): string =>
  `${mailbox}.${streamId}.${number}`;

/** Undefined for what `toServerRequestId` did not make. */
export function parseServerRequestId(id: unknown): ServerRequestId | undefined {
  const match = typeof id === "string" ? /^([\w-]{22})\.([\w-]{8,64})\.(\d{1,9})$/.exec(id) : undefined;
  const [, mailbox = "", streamId = "", number = ""] = match ?? [];
  return match ? { mailbox, streamId, number: Number(number) } : undefined;
}

/** Fixed width, so that the text order of sort keys is the order of the numbers. */
export const toSort = (number: number): string => String(number).padStart(10, "0");
