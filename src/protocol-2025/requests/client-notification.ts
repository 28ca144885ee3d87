import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCMessage, JSONRPCNotification } from "@modelcontextprotocol/server";
import type { McpRequest } from "../../server/mcp-request.ts";
import type { ServerConnection } from "../../server/server-connection.ts";
import { openRestoredConnection } from "../sessions/restored-connection.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import type { Session } from "../sessions/session-record.ts";
import { createSessionPublisher } from "../streams/session-notifications.ts";
import { unreachableClient } from "../unreachable-client.ts";
import { ClientChannel } from "./client-channel.ts";
import { mailboxOf, postToMailbox } from "./mailbox.ts";
import { parseServerRequestId } from "./server-requests.ts";

export interface PostedNotification {
  readonly notification: JSONRPCNotification;
  readonly mcpRequest: McpRequest;
}

/** Delivers a notification of the client: to a request in flight on whichever instance, or to a new server. */
export async function deliverNotification(
  context: SessionContext,
  session: Session,
  posted: PostedNotification,
): Promise<void> {
  const { store } = context;
  const { notification } = posted;
  const { method, params } = notification;
  if (method === "notifications/cancelled") {
    const requestId = params?.requestId;
    // Optional since MCP 2025-11-25, where tasks are cancelled in another way.
    if (typeof requestId !== "string" && typeof requestId !== "number") return;
    const mailbox = { sessionId: session.id, name: mailboxOf(requestId) };
    return postToMailbox(store, mailbox, { kind: "cancelled", message: notification });
  }
  if (method === "notifications/progress") {
    const serverRequestId = parseServerRequestId(params?.progressToken);
    if (!serverRequestId) return;
    const mailbox = { sessionId: session.id, name: serverRequestId.mailbox };
    return postToMailbox(store, mailbox, { kind: "progress", message: notification });
  }
  await serveNotification(context, session, posted);
}

/** Pause between checks for a server that waits for its client, in milliseconds. */
const CHECK_MS = 50;

/** Hands a notification to a server. Requests that the server sends because of it go to the standalone stream. */
async function serveNotification(
  context: SessionContext,
  session: Session,
  { notification, mcpRequest }: PostedNotification,
): Promise<void> {
  const { store, timings } = context;
  const { invocation, reportFailure } = mcpRequest;
  const services = context.openServices({ ...mcpRequest, message: notification });
  const publishToSession = createSessionPublisher(store, session.id);
  const publish = (message: JSONRPCMessage): void => services.addWrite(publishToSession(message), reportFailure);
  const publishNotification = (message: JSONRPCNotification): void => publish(channel.notificationToClient(message));
  let connection: ServerConnection | undefined;
  const channel = new ClientChannel({
    store,
    timings,
    sessionId: session.id,
    streamId: crypto.randomUUID(),
    // Nobody else's: no request has this id.
    requestIds: [crypto.randomUUID()],
    arrivedAt: store.now(),
    onMessage: (message) => connection?.receive(message),
    onCancelled() {},
  });
  connection = await openRestoredConnection({
    createServer: context.createServer,
    mcpRequest,
    services,
    requestIds: [],
    session,
    isInitialized: notification.method !== "notifications/initialized",
    events: {
      onResponse() {},
      onServerRequest(request) {
        if (!invocation.canStream) throw unreachableClient(request.method, "this ingress has no standalone stream");
        publish(channel.requestToClient(request));
      },
      onNotification: publishNotification,
      onSessionNotification: publishNotification,
    },
  }).catch((error: unknown) => {
    channel.close();
    throw error;
  });
  connection.receive(notification);

  // No SDK tells when a notification handler has returned: its synchronous work is done after this turn.
  await nextTurn();
  async function finish(): Promise<void> {
    // Ends with the SDK's own time limit for requests, if not before.
    while (channel.unanswered > 0 && !invocation.deadline?.aborted) await sleep(CHECK_MS);
    await services.flush();
    channel.close();
    connection?.end();
  }
  const isWaiting = channel.unanswered > 0;
  const finished = finish();
  if (isWaiting) invocation.waitUntil?.(finished);
  else await finished;
}
