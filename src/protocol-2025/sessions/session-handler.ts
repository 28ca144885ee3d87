import { type JSONRPCRequest, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { RequestContext } from "../../auth/request-context.ts";
import type { HttpRequest, HttpResponse } from "../../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../../http/json-rpc.ts";
import { clientFields } from "../../http/record/record-answer.ts";
import type { McpRequest, ProtocolHandler, StreamRequest } from "../../server/mcp-request.ts";
import { observeBatch } from "../../server/observe-message.ts";
import { untilDeadline } from "../../store/until-deadline.ts";
import { badRequest, unknownRevision, unknownSession } from "../error-responses.ts";
import { sortMessages } from "../requests/client-message.ts";
import { deliverNotification } from "../requests/client-notification.ts";
import { postReply } from "../requests/mailbox.ts";
import { SessionCall } from "../requests/session-call.ts";
import { resumeStream } from "../streams/resumed-stream.ts";
import { parseStandaloneEventId } from "../streams/standalone-position.ts";
import { openStandaloneStream } from "../streams/standalone-stream.ts";
import { parseEventId } from "../streams/stream-log.ts";
import { openSession } from "./open-session.ts";
import { createSessionContext, type SessionOptions } from "./session-context.ts";
import type { Session } from "./session-record.ts";

/** The only revision with batches (MCP 2025-06-18, Changelog). */
const BATCHING_REVISION = "2025-03-26";

export interface SessionHandler extends ProtocolHandler {
  /** Serves GET: the standalone stream, or a stream from where the client lost it. */
  openStream(request: StreamRequest): Promise<HttpResponse>;
  /** Whether a GET resumes the stream of a request, which ends with the request. */
  resumesRequest(request: HttpRequest): Promise<boolean>;
  /** Serves DELETE. */
  endSession(request: RequestContext): Promise<HttpResponse>;
}

/** Serves MCP 2025-03-26 to 2025-11-25 with sessions that live in the store, so that any instance serves any request. */
export function createSessionHandler(options: SessionOptions): SessionHandler {
  const context = createSessionContext(options);
  const { sessions } = context;

  /** The session that a request names, or the refusal to send. */
  async function sessionOf(
    { request, principal }: Pick<RequestContext, "request" | "principal">,
    message?: unknown,
  ): Promise<Session | HttpResponse> {
    const { "mcp-session-id": id, "mcp-protocol-version": revision } = request.headers;
    if (revision !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(revision))
      return unknownRevision(message, revision);
    if (id === undefined)
      return badRequest(message, "The Mcp-Session-Id header is missing: open a session with initialize.");
    return (await sessions.find(id, principal)) ?? unknownSession(message);
  }

  return {
    async serve(mcpRequest) {
      const { message } = mcpRequest;
      const arrivedAt = context.store.now();
      // It negotiates the revision of the requests after it (MCP 2025-11-25, Lifecycle, Version Negotiation).
      if (isInitialize(message)) return openSession(context, message, mcpRequest);
      const session = await sessionOf(mcpRequest, message);
      if ("status" in session) return session;
      const { protocolVersion, initialize } = session.record;
      Object.assign(mcpRequest.logFields, { protocolVersion, ...clientFields(initialize.clientInfo) });
      const isBatch = Array.isArray(message);
      if (isBatch && protocolVersion !== BATCHING_REVISION) {
        return badRequest(message, "JSON-RPC batches are not part of this revision: send one message per POST.");
      }
      const sorted = sortMessages(isBatch ? message : [message]);
      if (!sorted || (isBatch && sorted.requests.some(isInitialize))) return invalidMessage();
      const { requests, notifications, replies } = sorted;
      for (const reply of replies) await postReply(context.store, session, reply);
      for (const notification of notifications) {
        await deliverNotification(context, session, { notification, mcpRequest });
        // The one message of another POST has its span already.
        if (isBatch) observeBatch(mcpRequest).run(notification, () => {});
      }
      if (requests.length === 0) return { status: 202, headers: {} };
      const limited = isBatch ? withShare(mcpRequest, requests.length) : mcpRequest;
      return SessionCall.serve(context, session, { requests, isBatch, arrivedAt, mcpRequest: limited });
    },

    async openStream(request) {
      if (!request.invocation.canStream) return cannotStream();
      const session = await sessionOf(request);
      if ("status" in session) return session;
      const lastEventId = request.request.headers["last-event-id"];
      if (lastEventId === undefined) return openStandaloneStream(context, session, { request });
      const position = parseEventId(lastEventId);
      if (position) return resumeStream(context, session, { request, position });
      const resumed = parseStandaloneEventId(lastEventId);
      if (resumed) return openStandaloneStream(context, session, { request, resumed });
      return badRequest(undefined, "The Last-Event-ID is not the id of an event of this server.");
    },

    resumesRequest: async ({ headers }) => parseEventId(headers["last-event-id"] ?? "") !== undefined,

    async endSession(request) {
      const session = await untilDeadline(sessionOf(request), request.invocation.deadline);
      if ("status" in session) return session;
      await untilDeadline(sessions.delete(session.id), request.invocation.deadline);
      return { status: 200, headers: {} };
    },
  };
}

/** Without an id it is a notification, which no server answers. */
function isInitialize(message: unknown): message is JSONRPCRequest {
  const { method, id } = (message ?? {}) as { method?: unknown; id?: unknown };
  return method === "initialize" && (typeof id === "string" || typeof id === "number");
}

/** The responses of a batch may be one body, and share the room in it. */
const withShare = (mcpRequest: McpRequest, requests: number): McpRequest => ({
  ...mcpRequest,
  maxOutputBytes: Math.floor(mcpRequest.maxOutputBytes / requests),
});

const invalidMessage = (): HttpResponse =>
  errorResponse(400, {
    code: JsonRpcCode.INVALID_REQUEST,
    message: "Invalid request: the body is not one of the JSON-RPC messages that a session takes.",
  });

/** Clients take 405 as the word that there is no standalone stream here (MCP 2025-11-25, Listening for Messages). */
const cannotStream = (): HttpResponse =>
  errorResponse(
    405,
    { code: JsonRpcCode.HTTP_ERROR, message: "Method not allowed: this ingress answers with whole bodies only." },
    { allow: "POST, DELETE, OPTIONS" },
  );
