import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import { factoryContext } from "../server/factory-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { isPlainRequest } from "../pipeline/classify.ts";
import { rememberToolSchemas } from "../server/json-schema-cache.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import type { Exchange, Leg } from "../auth/request-context.ts";
import { CallAnswer } from "../server/call-response.ts";
import { type DirectLine, openDirectLine } from "../server/server-connection.ts";
import { createIdleLines, type IdleLines } from "../server/idle-lines.ts";
import { standAside } from "../server/message-interceptor.ts";
import { assertServer, type ServerFactory } from "../define-server.ts";
import type { OpenServicesOf } from "../services/services.ts";
import { ACCEPTED, serveOnLine } from "./line-exchange.ts";
import { badRequest } from "./error-responses.ts";
import { extraOf, rehearseServer } from "./requests/replayed-server.ts";
import { NO_SESSION, unreachableClient } from "./unreachable-client.ts";

/** What serving without sessions takes. */
export interface SessionlessContext {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
  /** False for a server of its own for each request, whatever is asked. Default true. */
  readonly shortcuts?: boolean | undefined;
}

/**
 * Serves MCP 2025-03-26 to 2025-11-25 without sessions, by servers of either SDK: one for each request, or, for requests
 * that leave a server as it was, one that its factory made for nobody in particular.
 */
export function createSessionlessLeg(context: SessionlessContext): Leg {
  const { createServer, shortcuts = true } = context;
  const idle = shortcuts ? createIdleLines(createServer) : undefined;
  return {
    async serve(exchange) {
      const { message } = exchange;
      if (Array.isArray(message))
        return badRequest(message, "JSON-RPC batches are not supported: send one message per POST.");
      // Notifications and replies concern a session, and there is none: accepted, as the specification asks, and dropped.
      if (!isRequest(message)) return ACCEPTED;
      if (idle && LEAVE_NO_TRACE.has(message.method) && isPlainRequest(message)) {
        return answerOnLine(exchange, message, { ...context, idle });
      }
      return answer(exchange, message, context);
    },
  };
}

/** What a server is the same after as before, so that it may answer another. */
const LEAVE_NO_TRACE: ReadonlySet<string> = new Set([
  "tools/call",
  "tools/list",
  "prompts/get",
  "prompts/list",
  "resources/read",
  "resources/list",
  "resources/templates/list",
  "completion/complete",
]);

const isRequest = (message: unknown): message is JSONRPCRequest =>
  typeof message === "object" && message !== null && "method" in message && "id" in message;

async function answerOnLine(
  exchange: Exchange,
  message: JSONRPCRequest,
  { createServer, openServices, idle }: SessionlessContext & { readonly idle: IdleLines },
): Promise<HttpResponse> {
  const webRequest = lazyRequest(exchange.request);
  const extra = extraOf(exchange.request, webRequest, exchange.authInfo);
  const line = idle.take() ?? (await openLine());
  return serveOnLine({ message, exchange, extra, line, done: idle.give });

  async function openLine(): Promise<DirectLine> {
    const services = openServices(exchange, message);
    const server: unknown = await createServer(
      factoryContext({ era: "legacy", visit: exchange, webRequest, services }),
    );
    assertServer(server);
    standAside(server);
    rememberToolSchemas(server);
    return openDirectLine(server);
  }
}

async function answer(
  exchange: Exchange,
  message: JSONRPCRequest,
  { createServer, openServices }: SessionlessContext,
): Promise<HttpResponse> {
  const pending = new CallAnswer();
  const services = openServices(exchange, message);
  const rehearsed = await rehearseServer({
    createServer,
    visit: exchange,
    services,
    requestIds: new Set([message.id]),
    sink: {
      asked({ method }) {
        throw unreachableClient(method, NO_SESSION);
      },
      notified: (notification) => exchange.canStream && pending.send(notification),
      announced() {},
      async answered(response) {
        await services.settled();
        pending.end(response);
        rehearsed.close();
      },
    },
  });
  // A client that leaves has not cancelled (MCP 2025-11-25, Streamable HTTP): the server runs to its end, unheard.
  exchange.abandoned.addEventListener("abort", () => pending.giveUp(ACCEPTED), { once: true });
  rehearsed.receive(message);
  return (await pending.response) ?? ACCEPTED;
}
