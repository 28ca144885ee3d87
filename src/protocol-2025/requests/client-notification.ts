import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCMessage, JSONRPCNotification } from "@modelcontextprotocol/server";
import type { Exchange } from "../../auth/request-context.ts";
import { createCorrespondence } from "./pending-server-requests.ts";
import { postToInbox } from "./mailbox.ts";
import { rehearseServer } from "./replayed-server.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import { inboxOf, inboxPartition, parseWireId } from "../sessions/session-keys.ts";
import type { Session } from "../sessions/session-record.ts";
import { announce } from "../streams/session-notifications.ts";
import { unreachableClient } from "../unreachable-client.ts";

/** Takes a notification of the client to whom it concerns: a request under way on whatever instance, or a new server. */
export async function deliverNotification(
  context: SessionContext,
  session: Session,
  { notification, ...exchange }: { readonly notification: JSONRPCNotification } & Exchange,
): Promise<void> {
  const { store } = context;
  const { method, params } = notification;
  if (method === "notifications/cancelled") {
    const requestId = params?.requestId;
    // Optional since MCP 2025-11-25, where tasks are cancelled in another way.
    if (typeof requestId !== "string" && typeof requestId !== "number") return;
    const inbox = inboxPartition(session.id, inboxOf(requestId));
    return postToInbox(store, inbox, { kind: "cancelled", message: notification });
  }
  if (method === "notifications/progress") {
    const wireId = parseWireId(params?.progressToken);
    if (!wireId) return;
    return postToInbox(store, inboxPartition(session.id, wireId.inbox), { kind: "progress", message: notification });
  }
  await serveNotification(context, session, { notification, ...exchange });
}

/** How often a server is looked after that waits for its client, in milliseconds. */
const LOOK_MS = 50;

/** Serves a notification that no request is concerned by. What the server asks of that, it asks on the standing stream. */
async function serveNotification(
  context: SessionContext,
  session: Session,
  { notification, ...exchange }: { readonly notification: JSONRPCNotification } & Exchange,
): Promise<void> {
  const { store, createServer } = context;
  const { invocation, failed } = exchange;
  const said = new Set<Promise<void>>();
  const services = context.openServices(exchange, notification);
  const say = (message: JSONRPCMessage): void => {
    const saying = announce(store, session.id, correspondence.outgoing(message)).catch(failed);
    said.add(saying);
    void saying.then(() => said.delete(saying));
  };
  const correspondence = createCorrespondence({
    store,
    sessionId: session.id,
    streamId: crypto.randomUUID(),
    // Nobody else's: no request has this id.
    inbox: inboxOf(crypto.randomUUID()),
    deliver: (message) => rehearsed.receive(message),
    onCancelled() {},
  });
  const rehearsed = await rehearseServer({
    createServer,
    visit: exchange,
    services,
    session,
    requestIds: new Set(),
    sink: {
      answered() {},
      asked(request) {
        if (!invocation.canStream) throw unreachableClient(request.method, "this front door has no standing stream");
        say(request);
      },
      notified: say,
      announced: say,
    },
  });
  rehearsed.receive(notification);

  // An SDK does not tell when it is done with a notification: what it does at once is done after this turn.
  await nextTurn();
  async function seeThrough(): Promise<void> {
    // Ends with the SDK's own time limit for requests, if not before.
    while (correspondence.outstanding() > 0 && !invocation.deadline?.aborted) await sleep(LOOK_MS);
    await Promise.all([...said, services.settled()]);
    correspondence.stop();
    rehearsed.close();
  }
  const waits = correspondence.outstanding() > 0;
  const done = seeThrough();
  if (waits) invocation.waitUntil?.(done);
  else await done;
}
