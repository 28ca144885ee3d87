import {
  DEFAULT_NEGOTIATED_PROTOCOL_VERSION,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageExtraInfo,
  type ServerNotifier,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import { toWebRequest } from "../fetch.ts";
import type { HttpRequest, HttpResponse } from "../handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../json-rpc.ts";
import { rememberToolSchemas } from "../json-schema-memo.ts";
import type { Exchange, Leg } from "../leg.ts";
import { createMessageQueue } from "../message-queue.ts";
import { assertServer, type ServerFactory } from "../server.ts";
import { SSE_HEADERS, sseFrame } from "../sse.ts";
import { createExchangeTransport } from "./exchange-transport.ts";

export interface LegacyLegOptions {
  readonly createServer: ServerFactory;
  readonly notify: ServerNotifier;
}

/** Serves MCP 2025-03-26 to 2025-11-25 without sessions: each request meets a server of its own, of either SDK. */
export function createLegacyLeg(options: LegacyLegOptions): Leg {
  return async (exchange) => {
    const { message, request } = exchange;
    const version = request.headers["mcp-protocol-version"] ?? DEFAULT_NEGOTIATED_PROTOCOL_VERSION;
    if (!SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
      return refusal(
        message,
        `Unsupported protocol version: ${version} (supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(", ")})`,
      );
    }
    if (Array.isArray(message))
      return refusal(message, "JSON-RPC batches are not supported: send one message per POST.");
    // Notifications and replies concern a session, and there is none: accepted, as the specification asks, and dropped.
    if (!isRequest(message)) return { status: 202, headers: {} };
    return answer(exchange, message, options);
  };
}

const refusal = (message: unknown, text: string): HttpResponse =>
  errorResponse(400, { code: JsonRpcCode.HTTP_ERROR, message: text, id: requestIdOf(message) });

const isRequest = (message: unknown): message is JSONRPCRequest =>
  typeof message === "object" && message !== null && "method" in message && "id" in message;

async function answer(exchange: Exchange, message: JSONRPCRequest, options: LegacyLegOptions): Promise<HttpResponse> {
  const { createServer, notify } = options;
  const webRequest = toWebRequest(exchange.request);
  const server: unknown = await createServer({ era: "legacy", requestInfo: webRequest, notify });
  assertServer(server);
  rememberToolSchemas(server);

  const messages = createMessageQueue<JSONRPCMessage>();
  const transport = createExchangeTransport(message.id, {
    notified: (notification) => exchange.canStream && messages.push(notification),
    answered(response) {
      messages.push(response);
      messages.end();
      // After the answer, because closing a server fails what it still has to send.
      queueMicrotask(() => void server.close().catch(() => {}));
    },
  });
  await server.connect(transport);
  // A client that leaves has not cancelled (MCP 2025-11-25, Streamable HTTP): the server runs to its end, unheard.
  exchange.abandoned.addEventListener("abort", () => messages.end(), { once: true });
  transport.onmessage?.(message, extraOf(exchange.request, webRequest));
  return respond(messages[Symbol.asyncIterator]());
}

/** What handlers learn of the HTTP request: `request` in SDK v2, `requestInfo` in SDK v1. */
const extraOf = ({ headers }: HttpRequest, request: Request): MessageExtraInfo & { requestInfo: object } => ({
  request,
  requestInfo: { headers, url: new URL(request.url) },
});

/** One JSON body if the answer comes first; an event stream once a notification came before it. */
async function respond(messages: AsyncIterator<JSONRPCMessage>): Promise<HttpResponse> {
  const { value: first, done } = await messages.next();
  if (done) return { status: 202, headers: {} };
  if (!("method" in first)) {
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(first) };
  }
  return { status: 200, headers: SSE_HEADERS, body: frames(first, messages) };
}

async function* frames(first: JSONRPCMessage, rest: AsyncIterator<JSONRPCMessage>): AsyncGenerator<string, void> {
  yield sseFrame(JSON.stringify(first));
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield sseFrame(JSON.stringify(next.value));
}
