import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { McpRequest, ProtocolHandler } from "../auth/request-context.ts";
import { assertServer, type ServerFactory } from "../define-server.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import { isPlainRequest } from "../pipeline/classify.ts";
import { CallAnswer } from "../server/call-response.ts";
import { factoryContext } from "../server/factory-context.ts";
import { createIdleLines, type IdleLines } from "../server/idle-lines.ts";
import { rememberToolSchemas } from "../server/json-schema-cache.ts";
import { standAside } from "../server/message-interceptor.ts";
import { type DirectLine, openDirectLine } from "../server/server-connection.ts";
import type { OpenServicesOf } from "../services/services.ts";
import { badRequest } from "./error-responses.ts";
import { ACCEPTED, serveOnLine } from "./line-exchange.ts";
import { extraOf, replayServer } from "./requests/replayed-server.ts";
import { NO_SESSION, unreachableClient } from "./unreachable-client.ts";

/** What serving without sessions takes. */
export interface StatelessContext {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
  /** False for a server of its own for each request, whatever is asked. Default true. */
  readonly fastPath?: boolean | undefined;
}

/**
 * Serves MCP 2025-03-26 to 2025-11-25 without sessions, by servers of either SDK: one for each request, or, for requests
 * that leave a server as it was, one that its factory made for nobody in particular.
 */
export function createStatelessHandler(context: StatelessContext): ProtocolHandler {
  const { createServer, fastPath = true } = context;
  const idle = fastPath ? createIdleLines(createServer) : undefined;
  return {
    async serve(mcpRequest) {
      const { message } = mcpRequest;
      if (Array.isArray(message))
        return badRequest(message, "JSON-RPC batches are not supported: send one message per POST.");
      // Notifications and replies concern a session, and there is none: accepted, as the specification asks, and dropped.
      if (!isRequest(message)) return ACCEPTED;
      if (idle && LEAVE_NO_TRACE.has(message.method) && isPlainRequest(message)) {
        return answerOnLine(mcpRequest, message, { ...context, idle });
      }
      return answer(mcpRequest, message, context);
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
  mcpRequest: McpRequest,
  message: JSONRPCRequest,
  { createServer, openServices, idle }: StatelessContext & { readonly idle: IdleLines },
): Promise<HttpResponse> {
  const webRequest = lazyRequest(mcpRequest.request);
  const extra = extraOf(mcpRequest.request, webRequest, mcpRequest.authInfo);
  const line = idle.take() ?? (await openLine());
  return serveOnLine({ message, mcpRequest, extra, line, done: idle.give });

  async function openLine(): Promise<DirectLine> {
    const services = openServices(mcpRequest, message);
    const server: unknown = await createServer(
      factoryContext({ era: "legacy", requestContext: mcpRequest, webRequest, services }),
    );
    assertServer(server);
    standAside(server);
    rememberToolSchemas(server);
    return openDirectLine(server);
  }
}

async function answer(
  mcpRequest: McpRequest,
  message: JSONRPCRequest,
  { createServer, openServices }: StatelessContext,
): Promise<HttpResponse> {
  const pending = new CallAnswer();
  const services = openServices(mcpRequest, message);
  const replayed = await replayServer({
    createServer,
    requestContext: mcpRequest,
    services,
    requestIds: new Set([message.id]),
    sink: {
      asked({ method }) {
        throw unreachableClient(method, NO_SESSION);
      },
      notified: (notification) => mcpRequest.canStream && pending.send(notification),
      announced() {},
      async answered(response) {
        await services.settled();
        pending.end(response);
        replayed.close();
      },
    },
  });
  // A client that leaves has not cancelled (MCP 2025-11-25, Streamable HTTP): the server runs to its end, unheard.
  mcpRequest.abandoned.addEventListener("abort", () => pending.giveUp(ACCEPTED), { once: true });
  replayed.receive(message);
  return (await pending.response) ?? ACCEPTED;
}
