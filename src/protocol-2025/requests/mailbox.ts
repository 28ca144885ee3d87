import type { JSONRPCNotification } from "@modelcontextprotocol/server";
import type { ObservedStore } from "../../store/observed-store.ts";
import { isConflict } from "../../store/store.ts";
import type { Session } from "../sessions/session-record.ts";
import { isInFlight, streamPartition } from "../streams/stream-log.ts";
import type { ClientReply } from "./client-message.ts";
import type { MailboxMessage } from "./mailbox-message.ts";
import {
  answeredKey,
  LAST_PROGRESS,
  MAX_UNCHECKED_LENGTH,
  type Mailbox,
  mailboxOf,
  mailboxPartition,
  PROGRESS,
  progressNumber,
  toMailboxItem,
  toProgressSort,
} from "./mailbox-reader.ts";
import { parseServerRequestId } from "./server-requests.ts";

/**
 * Puts a reply of the client to where the instance that waits for it reads. One to a request that no server sent is
 * dropped, and a long one to a request that is over, too. Throws STORE_UNAVAILABLE.
 */
export async function postReply(store: ObservedStore, { id, record }: Session, reply: ClientReply): Promise<void> {
  const asked = parseServerRequestId(reply.id, record.secret);
  if (!asked) return;
  const serverRequestId = String(reply.id);
  const item = toMailboxItem(store, {
    mailbox: { sessionId: id, name: asked.mailbox },
    sort: `reply/${serverRequestId}`,
    message: { kind: "reply", serverRequestId, message: reply },
  });
  if (item.value.length > MAX_UNCHECKED_LENGTH) {
    const isExpected = await isInFlight(store, streamPartition(id, asked.streamId));
    if (!isExpected || (await store.get(item))) return;
    if (await store.get(answeredKey(item.partition, serverRequestId))) return;
  }
  try {
    await store.put(item, "absent");
  } catch (error) {
    // Answered before: a client that repeats a reply it is not sure of is told that it arrived.
    if (!isConflict(error)) throw error;
  }
}

type Params = JSONRPCNotification["params"];

/** Puts `notifications/cancelled` to where its request is in flight, if it is. Throws STORE_UNAVAILABLE. */
export async function postCancellation(store: ObservedStore, { id }: Session, params: Params): Promise<void> {
  const { requestId, reason } = params ?? {};
  // Optional since MCP 2025-11-25, where tasks are cancelled in another way.
  if (typeof requestId !== "string" && typeof requestId !== "number") return;
  const kept = { requestId, ...(typeof reason === "string" && { reason }) };
  const message = { jsonrpc: "2.0", method: "notifications/cancelled", params: kept } as const;
  const mailbox = { sessionId: id, name: mailboxOf(requestId) };
  await store.put(
    toMailboxItem(store, { mailbox, sort: "request/cancelled", message: { kind: "cancelled", message } }),
  );
}

/** Puts `notifications/progress` on a request of a server to where its reply is waited for. Throws STORE_UNAVAILABLE. */
export async function postProgress(store: ObservedStore, { id, record }: Session, params: Params): Promise<void> {
  const { progressToken, progress, total, message } = params ?? {};
  const asked = parseServerRequestId(progressToken, record.secret);
  if (!asked) return;
  if (typeof progress !== "number") return;
  const kept = {
    progressToken: String(progressToken),
    progress,
    ...(typeof total === "number" && { total }),
    ...(typeof message === "string" && { message }),
  };
  const notification = { jsonrpc: "2.0", method: "notifications/progress", params: kept } as const;
  const mailbox = { sessionId: id, name: asked.mailbox };
  await appendProgress(store, mailbox, { kind: "progress", message: notification });
}

/** Appends to the progress in a mailbox. Once it is long, a further step replaces the last one. Throws STORE_UNAVAILABLE. */
async function appendProgress(store: ObservedStore, mailbox: Mailbox, message: MailboxMessage): Promise<void> {
  for (;;) {
    const [last] = await store.list(mailboxPartition(mailbox), { prefix: PROGRESS, reverse: true, limit: 1 });
    const number = last ? progressNumber(last) + 1 : 0;
    const isFull = number > LAST_PROGRESS;
    const item = toMailboxItem(store, { mailbox, sort: toProgressSort(Math.min(number, LAST_PROGRESS)), message });
    try {
      await store.put(item, isFull ? undefined : "absent");
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}
