import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCMessage, JSONRPCNotification } from "@modelcontextprotocol/server";
import type { McpRequest } from "../../auth/request-context.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import { mailboxOf, mailboxPartition, parseServerRequestId } from "../sessions/session-keys.ts";
import type { Session } from "../sessions/session-record.ts";
import { announce } from "../streams/session-notifications.ts";
import { unreachableClient } from "../unreachable-client.ts";
import { postToMailbox } from "./mailbox.ts";
import { createPendingServerRequests } from "./pending-server-requests.ts";
import { replayServer } from "./replayed-server.ts";

/** Takes a notification of the client to whom it concerns: a request under way on whatever instance, or a new server. */
export async function deliverNotification(
  context: SessionContext,
  session: Session,
  { notification, ...mcpRequest }: { readonly notification: JSONRPCNotification } & McpRequest,
): Promise<void> {
  const { store } = context;
  const { method, params } = notification;
  if (method === "notifications/cancelled") {
    const requestId = params?.requestId;
    // Optional since MCP 2025-11-25, where tasks are cancelled in another way.
    if (typeof requestId !== "string" && typeof requestId !== "number") return;
    const mailbox = mailboxPartition(session.id, mailboxOf(requestId));
    return postToMailbox(store, mailbox, { kind: "cancelled", message: notification });
  }
  if (method === "notifications/progress") {
    const serverRequestId = parseServerRequestId(params?.progressToken);
    if (!serverRequestId) return;
    return postToMailbox(store, mailboxPartition(session.id, serverRequestId.mailbox), {
      kind: "progress",
      message: notification,
    });
  }
  await serveNotification(context, session, { notification, ...mcpRequest });
}

/** How often a server is looked after that waits for its client, in milliseconds. */
const LOOK_MS = 50;

/** Serves a notification that no request is concerned by. What the server asks of that, it asks on the standing stream. */
async function serveNotification(
  context: SessionContext,
  session: Session,
  { notification, ...mcpRequest }: { readonly notification: JSONRPCNotification } & McpRequest,
): Promise<void> {
  const { store, createServer } = context;
  const { invocation, failed } = mcpRequest;
  const said = new Set<Promise<void>>();
  const services = context.openServices(mcpRequest, notification);
  const say = (message: JSONRPCMessage): void => {
    const saying = announce(store, session.id, serverRequests.outgoing(message)).catch(failed);
    said.add(saying);
    void saying.then(() => said.delete(saying));
  };
  const serverRequests = createPendingServerRequests({
    store,
    sessionId: session.id,
    streamId: crypto.randomUUID(),
    // Nobody else's: no request has this id.
    mailbox: mailboxOf(crypto.randomUUID()),
    deliver: (message) => replayed.receive(message),
    onCancelled() {},
  });
  const replayed = await replayServer({
    createServer,
    requestContext: mcpRequest,
    services,
    session,
    requestIds: new Set(),
    sink: {
      answered() {},
      asked(request) {
        if (!invocation.canStream) throw unreachableClient(request.method, "this ingress has no standing stream");
        say(request);
      },
      notified: say,
      announced: say,
    },
  });
  replayed.receive(notification);

  // An SDK does not tell when it is done with a notification: what it does at once is done after this turn.
  await nextTurn();
  async function seeThrough(): Promise<void> {
    // Ends with the SDK's own time limit for requests, if not before.
    while (serverRequests.outstanding() > 0 && !invocation.deadline?.aborted) await sleep(LOOK_MS);
    await Promise.all([...said, services.settled()]);
    serverRequests.stop();
    replayed.close();
  }
  const waits = serverRequests.outstanding() > 0;
  const done = seeThrough();
  if (waits) invocation.waitUntil?.(done);
  else await done;
}
