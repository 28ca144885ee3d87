import type { HttpResponse } from "../../http/http-handler.ts";
import { openRestoredConnection } from "../sessions/restored-connection.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import type { Session } from "../sessions/session-record.ts";
import { PendingWrites } from "./pending-writes.ts";
import { type PostedRequests, SessionCall } from "./session-call.ts";

/** Serves requests of a session, with a server of their own, to the end: whether or not their client stays. */
export async function serveRequests(
  context: SessionContext,
  session: Session,
  posted: PostedRequests,
): Promise<HttpResponse> {
  const { requests, mcpRequest } = posted;
  const services = context.openServices(mcpRequest);
  const writes = new PendingWrites(mcpRequest.reportFailure);
  const call = new SessionCall({ ...context, ...mcpRequest, ...posted, session, services, writes });
  const connection = await openRestoredConnection({
    createServer: context.createServer,
    mcpRequest,
    services,
    requestIds: requests.map(({ id }) => id),
    events: call,
    session,
  });
  return call.serve(connection);
}
