import type { JSONRPCMessage, JSONRPCRequest } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../handler.ts";
import type { Exchange, Leg } from "../leg.ts";
import { createMessageQueue } from "../message-queue.ts";
import type { ServerFactory } from "../server.ts";
import type { OpenServicesOf } from "../services.ts";
import { SSE_HEADERS, sseFrame } from "../sse.ts";
import { badRequest } from "./refusals.ts";
import { rehearseServer } from "./rehearsed-server.ts";
import { unreachableClient } from "./unreachable-client.ts";

/** What serving without sessions takes. */
export interface SessionlessContext {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
}

/** Serves MCP 2025-03-26 to 2025-11-25 without sessions: each request meets a server of its own, of either SDK. */
export function createSessionlessLeg(context: SessionlessContext): Leg {
  return {
    async serve(exchange) {
      const { message } = exchange;
      if (Array.isArray(message))
        return badRequest(message, "JSON-RPC batches are not supported: send one message per POST.");
      // Notifications and replies concern a session, and there is none: accepted, as the specification asks, and dropped.
      if (!isRequest(message)) return { status: 202, headers: {} };
      return answer(exchange, message, context);
    },
  };
}

const isRequest = (message: unknown): message is JSONRPCRequest =>
  typeof message === "object" && message !== null && "method" in message && "id" in message;

async function answer(
  exchange: Exchange,
  message: JSONRPCRequest,
  { createServer, openServices }: SessionlessContext,
): Promise<HttpResponse> {
  const messages = createMessageQueue<JSONRPCMessage>();
  const services = openServices(exchange, message);
  const rehearsed = await rehearseServer({
    createServer,
    visit: exchange,
    services,
    requestIds: new Set([message.id]),
    sink: {
      asked({ method }) {
        throw unreachableClient(method, "2025-era requests are served without a session here");
      },
      notified: (notification) => exchange.canStream && messages.push(notification),
      announced() {},
      async answered(response) {
        await services.settled();
        messages.push(response);
        messages.end();
        rehearsed.close();
      },
    },
  });
  // A client that leaves has not cancelled (MCP 2025-11-25, Streamable HTTP): the server runs to its end, unheard.
  exchange.abandoned.addEventListener("abort", () => messages.end(), { once: true });
  rehearsed.receive(message);
  return respond(messages[Symbol.asyncIterator]());
}

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
