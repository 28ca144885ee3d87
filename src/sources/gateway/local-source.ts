import {
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResponse,
  type MessageExtraInfo,
  ProtocolError,
  type ScopeChallengeHandler,
} from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import { logAboutRequest } from "../../http/served-request.ts";
import { MODERN_REVISION } from "../../protocol-2026/revision.ts";
import { bindDirectly } from "../../server/request-binding.ts";
import type { BuiltServer } from "../../server/sdk-server.ts";
import { ServerConnection } from "../../server/server-connection.ts";
import { type FactoryContext, type ServerFactory, toBuiltServer } from "../../server/server-factory.ts";
import { answerFor } from "../forwarding/answer-for.ts";
import { type ForwardedRequest, type JsonObject, withoutQuestions } from "../forwarding/forwarded-request.ts";
import { toInitialize, toLegacyMessage, toModernMessage } from "../forwarding/request-message.ts";
import { toResult } from "../forwarding/result.ts";
import { callThroughSdk } from "./call-through-sdk.ts";

export interface LocalCall {
  readonly createServer: ServerFactory;
  /** As the source sees it. */
  readonly context: FactoryContext;
  readonly request: ForwardedRequest;
  /** A notification that belongs to no request. */
  onSessionNotification(notification: JSONRPCNotification): void;
}

/** The id of the one request that a server of a source gets. */
const ID = 2;
/** The gateway's own connection limits what leaves it. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/**
 * Builds the server of a source for one request, hands it the request in this process, and closes it. A server of the
 * 2025 protocols gets the client's `initialize` first; without a session it cannot ask the client anything. Throws
 * ProtocolError.
 */
export async function callLocally(call: LocalCall): Promise<JsonObject> {
  const { request, context, createServer } = call;
  const built = toBuiltServer(await createServer(context));
  if (request.era === "legacy") return callSession(call, built);
  if (!built.isSdkV2) return callSession({ ...call, request: withoutQuestions(request) }, built);
  const message = toModernMessage(request, ID);
  const isBound = await bindDirectly(built, { message, revision: MODERN_REVISION, authInfo: context.authInfo });
  if (!isBound) return callThroughSdk(built.server, { message, context, request });
  const classification = { era: "modern", revision: MODERN_REVISION } as const;
  return sendThrough(call, built, { message, extra: { ...handlerExtra(call), classification } });
}

/** Handed to handlers, for servers of both SDKs. */
const handlerExtra = ({
  context: { requestInfo, authInfo },
  request: { closeStream },
}: LocalCall): MessageExtraInfo => ({
  ...(requestInfo && { request: requestInfo }),
  ...(authInfo && { authInfo }),
  ...(closeStream && { closeSSEStream: closeStream }),
});

function callSession(call: LocalCall, built: BuiltServer): Promise<JsonObject> {
  const { request, context } = call;
  const replay: (JSONRPCRequest | JSONRPCNotification)[] = [toInitialize(request.client, 0)];
  const { logLevel } = request.client;
  if (logLevel) replay.push({ jsonrpc: "2.0", id: 1, method: "logging/setLevel", params: { level: logLevel } });
  if (built.lowLevel.oninitialized) replay.push({ jsonrpc: "2.0", method: "notifications/initialized" });
  const message = toLegacyMessage(request, ID);
  const afterConnect = (resolve: ScopeChallengeHandler | undefined): Promise<void> =>
    checkScopes(resolve, { message, context });
  return sendThrough(call, built, { message, extra: handlerExtra(call), replay, afterConnect });
}

/** A challenge of a tool cannot become a status here: the call is refused in words. */
async function checkScopes(
  resolve: ScopeChallengeHandler | undefined,
  { message, context: { authInfo } }: { readonly message: JSONRPCRequest; readonly context: FactoryContext },
): Promise<void> {
  const challenge = await resolve?.({ request: message, ...(authInfo && { authInfo }) });
  if (!challenge) return;
  throw new ProtocolError(
    JsonRpcCode.INVALID_REQUEST,
    `This needs a token with the scopes ${challenge.scopes.join(" ")}.`,
  );
}

interface Sent {
  readonly message: JSONRPCRequest;
  readonly extra: MessageExtraInfo;
  readonly replay?: readonly (JSONRPCRequest | JSONRPCNotification)[];
  readonly afterConnect?: (resolve: ScopeChallengeHandler | undefined) => Promise<void>;
}

async function sendThrough(call: LocalCall, built: BuiltServer, sent: Sent): Promise<JsonObject> {
  const { request, onSessionNotification } = call;
  const { message, extra, replay, afterConnect } = sent;
  const { promise, resolve, reject } = Promise.withResolvers<JSONRPCResponse>();
  const connection: ServerConnection = await ServerConnection.open(built, {
    requestIds: [ID],
    maxOutputBytes: NO_LIMIT,
    sessionId: request.sessionId,
    extra,
    replay,
    ...(afterConnect && { interceptor: { afterConnect, mapOutgoing: (outgoing) => outgoing } }),
    events: {
      onResponse: (response) => resolve(response),
      onNotification: (notification) => void request.notify(notification).catch(dropped),
      onServerRequest: (question) => void answerFor(request, question).then((reply) => connection.receive(reply)),
      onSessionNotification,
      onClosed: () =>
        reject(new ProtocolError(JsonRpcCode.INTERNAL_ERROR, "The server was closed before it answered.")),
    },
  });
  const onAbort = (): void => {
    const reason = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: ID } } as const;
    if (request.era === "legacy") connection.receive(reason);
    connection.abort();
  };
  if (request.signal.aborted) onAbort();
  request.signal.addEventListener("abort", onAbort, { once: true });
  try {
    connection.receive(message);
    return toResult(await promise);
  } finally {
    request.signal.removeEventListener("abort", onAbort);
    connection.end();
  }
}

const dropped = (error: unknown): void => logAboutRequest("a notification could not be sent:", error);
