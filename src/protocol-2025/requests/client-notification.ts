import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCMessage, JSONRPCNotification } from "@modelcontextprotocol/server";
import type { McpRequest } from "../../server/mcp-request.ts";
import type { ServerConnection } from "../../server/server-connection.ts";
import { openRestoredConnection } from "../sessions/restored-connection.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import type { Session } from "../sessions/session-record.ts";
import { createSessionPublisher } from "../streams/session-notifications.ts";
import { expectReplies, streamPartition } from "../streams/stream-log.ts";
import { unreachableClient } from "../unreachable-client.ts";
import { ClientChannel } from "./client-channel.ts";
import { postCancellation, postProgress } from "./mailbox.ts";

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
  const { notification } = posted;
  const { method, params } = notification;
  if (method === "notifications/cancelled") return postCancellation(context.store, session, params);
  if (method === "notifications/progress") return postProgress(context.store, session, params);
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
  const publishToSession = createSessionPublisher(context, session.id);
  const publish = (message: JSONRPCMessage): void => services.addWrite(publishToSession(message), reportFailure);
  const publishNotification = (message: JSONRPCNotification): void => publish(channel.notificationToClient(message));
  const streamId = crypto.randomUUID();
  let connection: ServerConnection | undefined;
  const channel = new ClientChannel({
    store,
    timings,
    session,
    streamId,
    // Nobody else's: no request has this id.
    requestIds: [crypto.randomUUID()],
    arrivedAt: store.now(),
    onMessage: (message) => connection?.receive(message),
    onCancelled() {},
  });
  connection = await openRestoredConnection({
    createServer: context.createServer,
    mcpRequest,
    services: () => services,
    requestIds: [],
    session,
    isInitialized: notification.method !== "notifications/initialized",
    events: {
      onResponse() {},
      onServerRequest(request) {
        if (!invocation.canStream) throw unreachableClient(request.method, "this ingress has no standalone stream");
        const sent = channel.requestToClient(request);
        services.addWrite(expectReplies(store, streamPartition(session.id, streamId), sent.id), reportFailure);
        publish(sent);
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
