import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { HttpRequest, HttpResponse } from "../../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../../http/json-rpc.ts";
import type { Exchange, Leg, StreamVisit, Visit } from "../../auth/request-context.ts";
import { type ClientReply, sortMessages } from "../requests/client-message.ts";
import { deliverNotification } from "../requests/client-notification.ts";
import { postToInbox } from "../requests/mailbox.ts";
import { openSession } from "./open-session.ts";
import { badRequest, unknownSession } from "../error-responses.ts";
import type { SessionContext } from "./session-context.ts";
import { serveRequests } from "../requests/serve-requests.ts";
import { inboxPartition, parseWireId } from "./session-keys.ts";
import type { Session } from "./session-record.ts";
import { resumeStream } from "../streams/resumed-stream.ts";
import { parseStandingEventId } from "../streams/standalone-position.ts";
import { openStandingStream } from "../streams/standalone-stream.ts";
import { parseEventId } from "../streams/stream-log.ts";

/** The only revision with batches (MCP 2025-06-18, Changelog). */
const BATCHING_REVISION = "2025-03-26";

export interface SessionLeg extends Leg {
  /** Serves GET: the standing stream, or a stream from where the client lost it. */
  openStream(visit: StreamVisit): Promise<HttpResponse>;
  /** Whether a GET takes up the stream of a request, which ends with the request, and waits for no news. */
  resumesRequest(request: HttpRequest): boolean;
  /** Serves DELETE. */
  endSession(visit: Visit): Promise<HttpResponse>;
}

/** Serves MCP 2025-03-26 to 2025-11-25 with sessions that live in the store, so that any instance serves any request. */
export function createSessionLeg(context: SessionContext): SessionLeg {
  const { sessions } = context;

  /** The session that a request names, or the refusal to answer with. */
  async function sessionOf({ request, principal }: Visit, message?: unknown): Promise<Session | HttpResponse> {
    const id = request.headers["mcp-session-id"];
    if (id === undefined)
      return badRequest(message, "The Mcp-Session-Id header is missing: open a session with initialize.");
    return (await sessions.find(id, principal)) ?? unknownSession(message);
  }

  async function serve(exchange: Exchange): Promise<HttpResponse> {
    const { message } = exchange;
    if (isInitialize(message)) return openSession(context, message, exchange);
    const session = await sessionOf(exchange, message);
    if ("status" in session) return session;
    const isBatch = Array.isArray(message);
    if (isBatch && session.record.protocolVersion !== BATCHING_REVISION) {
      return badRequest(message, "JSON-RPC batches are not part of this revision: send one message per POST.");
    }
    return serveMessages(session, exchange, isBatch ? message : [message]);
  }

  async function serveMessages(session: Session, exchange: Exchange, messages: unknown[]): Promise<HttpResponse> {
    const sorted = messages.length > 0 ? sortMessages(messages) : undefined;
    if (!sorted || sorted.requests.some(isInitialize)) return invalidMessage();
    const { requests, notifications, replies } = sorted;
    for (const reply of replies) await deliverReply(context, session, reply);
    for (const notification of notifications)
      await deliverNotification(context, session, { notification, ...exchange });
    const [first, ...rest] = requests;
    if (!first) return { status: 202, headers: {} };
    const isBatch = Array.isArray(exchange.message);
    return serveRequests(context, session, { ...exchange, requests: [first, ...rest], isBatch });
  }

  async function openStream(visit: StreamVisit): Promise<HttpResponse> {
    if (!visit.invocation.canStream) return cannotStream();
    const session = await sessionOf(visit);
    if ("status" in session) return session;
    const lastEventId = visit.request.headers["last-event-id"];
    if (lastEventId === undefined) return openStandingStream(context, session, visit);
    const position = parseEventId(lastEventId);
    if (position) return resumeStream(context, session, { ...visit, position });
    const resumed = parseStandingEventId(lastEventId);
    if (resumed) return openStandingStream(context, session, { ...visit, resumed });
    return badRequest(undefined, "The Last-Event-ID is not the id of an event of this server.");
  }

  async function endSession(visit: Visit): Promise<HttpResponse> {
    const session = await sessionOf(visit);
    if ("status" in session) return session;
    await sessions.delete(session.id);
    return { status: 200, headers: {} };
  }

  const resumesRequest = ({ headers }: HttpRequest): boolean =>
    parseEventId(headers["last-event-id"] ?? "") !== undefined;

  return { serve, openStream, resumesRequest, endSession };
}

/** Whoever waits for this reply, on whatever instance, finds it. */
async function deliverReply({ store }: SessionContext, { id }: Session, reply: ClientReply): Promise<void> {
  const wireId = parseWireId(reply.id);
  if (!wireId) return;
  const note = { kind: "reply", wireId: String(reply.id), message: reply } as const;
  await postToInbox(store, inboxPartition(id, wireId.inbox), note);
}

/** Without an id it is a notification, which no server answers. */
function isInitialize(message: unknown): message is JSONRPCRequest {
  const { method, id } = (message ?? {}) as { method?: unknown; id?: unknown };
  return method === "initialize" && (typeof id === "string" || typeof id === "number");
}

const invalidMessage = (): HttpResponse =>
  errorResponse(400, {
    code: JsonRpcCode.INVALID_REQUEST,
    message: "Invalid request: the body is not one of the JSON-RPC messages that a session takes.",
  });

/** Clients take 405 as the word that there is no standing stream here (MCP 2025-11-25, Listening for Messages). */
const cannotStream = (): HttpResponse =>
  errorResponse(
    405,
    { code: JsonRpcCode.HTTP_ERROR, message: "Method not allowed: this front door answers with whole bodies only." },
    { allow: "POST, DELETE, OPTIONS" },
  );
