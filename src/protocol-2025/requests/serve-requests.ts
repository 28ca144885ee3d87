import type { JSONRPCMessage, JSONRPCRequest, RequestId } from "@modelcontextprotocol/server";
import type { McpRequest } from "../../auth/request-context.ts";
import { failureResponse, STORE_UNAVAILABLE } from "../../http/error-response.ts";
import type { HttpResponse } from "../../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../../http/json-rpc.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import { mailboxOf, streamPartition } from "../sessions/session-keys.ts";
import type { Session } from "../sessions/session-record.ts";
import { remember } from "../sessions/session-updates.ts";
import { announce } from "../streams/session-notifications.ts";
import { POLLING_SINCE } from "../streams/stream-frames.ts";
import { revokeStreamLease } from "../streams/stream-lease.ts";
import { unreachableClient } from "../unreachable-client.ts";
import { watchCancellation } from "./cancellation.ts";
import { failedAnswer } from "./failed-response.ts";
import { createPendingRequests } from "./pending-requests.ts";
import { createPendingServerRequests } from "./pending-server-requests.ts";
import { replayServer } from "./replayed-server.ts";
import { createSessionAnswer } from "./session-response.ts";

/** Requests of one POST, and how they came. */
export interface SessionRequests {
  readonly requests: readonly [JSONRPCRequest, ...JSONRPCRequest[]];
  readonly isBatch: boolean;
}

/**
 * Milliseconds after which an answer that is still not there becomes a stream, so that its client can resume it.
 * Sooner would cost ordinary calls writes to the store; later, more calls that are lost when their instance is.
 */
const STREAM_AFTER_MS = 3_000;

/**
 * Milliseconds after which a request is given up: as long as its events can be resumed. Where the work outlives the
 * platform's deadline, nothing else ends a server that never answers, and the store would be asked for it for ever.
 */
const LONGEST_MS = 3_600_000;

/** Serves requests of a session, with a server of their own, to the end: whether or not their client stays. */
export async function serveRequests(
  context: SessionContext,
  session: Session,
  { requests, isBatch, ...mcpRequest }: SessionRequests & McpRequest,
): Promise<HttpResponse> {
  const { store, sessions } = context;
  const { invocation, canStream, failed } = mcpRequest;
  const { id: sessionId, record } = session;
  const ids = requests.map(({ id }) => id);
  const pending = createPendingRequests(requests);
  const services = context.openServices(mcpRequest, mcpRequest.message);
  const inFlight = new Set<Promise<void>>();
  /** Its client finds that done which came before an answer, and an instance that is frozen behind it has done it. */
  function doBeforeAnswer(work: Promise<void>): void {
    const done = work.catch(failed);
    inFlight.add(done);
    void done.then(() => inFlight.delete(done));
  }
  const replayed = await replayServer({
    createServer: context.createServer,
    requestContext: mcpRequest,
    services,
    requestIds: new Set(ids),
    session,
    sink: {
      asked(request) {
        if (!canStream) throw unreachableClient(request.method, "its requests are answered with one JSON body here");
        answer.push(serverRequests.outgoing(request), pending.left());
      },
      notified: (message) => answer.push(serverRequests.outgoing(message), pending.left()),
      announced: (message) => doBeforeAnswer(announce(store, sessionId, message)),
      answered: (message, id) => void conclude(id, message),
    },
  });
  const streamId = crypto.randomUUID();
  const answer = createSessionAnswer({
    store,
    partition: streamPartition(sessionId, streamId),
    streamId,
    requests: ids,
    canStream,
    isBatch,
    protocolVersion: record.protocolVersion,
    streamAfterMs: STREAM_AFTER_MS,
    onSuperseded: () => giveUp("Another instance ended this request."),
    onFailure: failed,
  });
  const letters = ids.map((id) =>
    createPendingServerRequests({
      store,
      sessionId,
      streamId,
      mailbox: mailboxOf(id),
      deliver: (message) => replayed.receive(message),
      onCancelled(message) {
        replayed.receive(message);
        // A server does not answer what was called off.
        settle(id);
      },
    }),
  );
  const [serverRequests] = letters as [(typeof letters)[0], ...typeof letters];
  const longest = setTimeout(() => {
    giveUp(LASTS_TOO_LONG, (requestId) => failedAnswer(requestId, LASTS_TOO_LONG));
  }, LONGEST_MS);
  longest.unref();
  void pending.over.then(() => {
    clearTimeout(longest);
    for (const letter of letters) letter.stop();
    replayed.close();
  });

  /** The request is over, with this message or without one. */
  function settle(id: RequestId, message?: JSONRPCMessage): void {
    if (!pending.remove(id)) return;
    if (message) answer.push(message, pending.left());
    else if (pending.left().length === 0) answer.end();
  }

  /** Answers in the server's words, once what belongs to the answer is where others find it. */
  async function conclude(id: RequestId, message: JSONRPCMessage): Promise<void> {
    const request = pending.find(id);
    if (!request) return;
    try {
      const final = await remember(sessions, session, { request, answer: message });
      await Promise.all([services.settled(), ...inFlight]);
      if (services.failure && isFailure(final)) throw services.failure;
      if (services.failure) failed(services.failure);
      settle(id, final);
    } catch (error) {
      failed(error);
      const replaced = !isBatch && answer.replace(failureResponse(error, request));
      settle(id, replaced ? undefined : failedAnswer(id, STORE_UNAVAILABLE));
    }
  }

  /** Tells the server that nobody waits for the rest, and the client, if it is given a word to. */
  function giveUp(reason: string, answerOf: (id: RequestId) => JSONRPCMessage | undefined = () => undefined): void {
    for (const requestId of pending.left()) {
      replayed.receive({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId, reason } });
      settle(requestId, answerOf(requestId));
    }
  }

  /** The client is gone, or sent away; the work is not. */
  const goOn = (): void => invocation.waitUntil?.(pending.over.then(answer.logged));
  function letGo(): void {
    goOn();
    answer.hangUp();
  }

  const polls = record.protocolVersion >= POLLING_SINCE;
  const dismiss = (): void => doBeforeAnswer(revokeStreamLease(store, sessionId));
  const controls = polls ? { closeSSEStream: letGo, closeStandaloneSSEStream: dismiss } : {};
  mcpRequest.handlesItsDeadline();
  watchCancellation(mcpRequest, {
    over: pending.over,
    onAbandoned() {
      goOn();
      answer.detach();
      answer.replace({ status: 202, headers: {} });
    },
    onDeadline() {
      // Where the platform only ends the request and not the work, the client comes back for the answer.
      if (!invocation.exclusive && answer.isResumable()) {
        letGo();
        return;
      }
      const [id = null] = ids;
      // Of a batch, what was answered is answered.
      if (!isBatch) answer.replace(errorResponse(504, { code: JsonRpcCode.INTERNAL_ERROR, message: TIME_IS_UP, id }));
      giveUp(TIME_IS_UP, (requestId) => failedAnswer(requestId, TIME_IS_UP));
    },
  });
  // Those that were not given up while the server was built.
  for (const request of requests) if (pending.find(request.id)) replayed.receive(request, controls);
  return answer.response;
}

const LASTS_TOO_LONG = "The request was given up after an hour without an answer.";
const TIME_IS_UP = "The platform's time limit came before the answer: the request was given up.";

const isFailure = (message: JSONRPCMessage): boolean =>
  "error" in message || ("result" in message && message.result.isError === true);
