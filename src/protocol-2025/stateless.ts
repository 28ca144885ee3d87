import type { JSONRPCNotification, JSONRPCRequest, JSONRPCResponse } from "@modelcontextprotocol/server";
import { CallResponse } from "../http/call-response.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import { factoryContext } from "../server/factory-context.ts";
import type { McpRequest, ProtocolHandler } from "../server/mcp-request.ts";
import { type ConnectionEvents, ServerConnection } from "../server/server-connection.ts";
import { buildServer, type ServerFactory } from "../server/server-factory.ts";
import type { OpenServices, OpenServicesOf } from "../services/services.ts";
import { badRequest } from "./error-responses.ts";
import { handlerExtra } from "./handler-extra.ts";
import { unreachableClient } from "./unreachable-client.ts";

/** Everything that serving requests without sessions needs. */
export interface StatelessContext {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
}

/** The response where nobody waits for another one. */
const ACCEPTED: HttpResponse = { status: 202, headers: {} };

/** Serves MCP 2025-03-26 to 2025-11-25 without sessions, with a new server of either SDK for each request. */
export function createStatelessHandler(context: StatelessContext): ProtocolHandler {
  return {
    async serve(mcpRequest) {
      const { message } = mcpRequest;
      if (Array.isArray(message)) {
        return badRequest(message, "JSON-RPC batches are not supported: send one message per POST.");
      }
      // Notifications and replies concern a session, and there is none: accepted, as the specification asks, and dropped.
      return isRequest(message) ? serveRequest(mcpRequest, message, context) : ACCEPTED;
    },
  };
}

const isRequest = (message: unknown): message is JSONRPCRequest =>
  typeof message === "object" && message !== null && "method" in message && "id" in message;

async function serveRequest(
  mcpRequest: McpRequest,
  message: JSONRPCRequest,
  { createServer, openServices }: StatelessContext,
): Promise<HttpResponse> {
  const { interceptor } = mcpRequest;
  const services = openServices(mcpRequest);
  const webRequest = lazyRequest(mcpRequest.request);
  const factoryArgument = factoryContext({ era: "legacy", request: mcpRequest, webRequest, services });
  const server = await buildServer(createServer, factoryArgument, interceptor);
  const events = new StatelessCallEvents(mcpRequest, services);
  const extra = handlerExtra(mcpRequest, webRequest);
  const connection = await ServerConnection.open(server, { requestIds: [message.id], events, interceptor, extra });
  return events.serve(connection, message);
}

/**
 * Turns the messages of one call into its HTTP response. A client that leaves has not cancelled (MCP 2025-11-25,
 * Streamable HTTP): the server runs to its end, and its messages are dropped.
 */
class StatelessCallEvents implements ConnectionEvents {
  readonly #mcpRequest: McpRequest;
  readonly #services: OpenServices;
  readonly #drop = (): void => this.#response.abort(ACCEPTED);
  readonly #response = new CallResponse(this.#drop);
  #connection: ServerConnection | undefined;

  constructor(mcpRequest: McpRequest, services: OpenServices) {
    this.#mcpRequest = mcpRequest;
    this.#services = services;
  }

  serve(connection: ServerConnection, message: JSONRPCRequest): Promise<HttpResponse> {
    const { signal } = this.#mcpRequest;
    this.#connection = connection;
    signal.addEventListener("abort", this.#drop);
    if (signal.aborted) this.#drop();
    connection.receive(message);
    return this.#response.response;
  }

  onResponse(response: JSONRPCResponse): void {
    void this.#finish(response);
  }

  onNotification(notification: JSONRPCNotification): void {
    // One JSON body has no place for it.
    if (this.#mcpRequest.canStream) this.#response.notify(notification);
  }

  onServerRequest({ method }: JSONRPCRequest): void {
    throw unreachableClient(method, "2025-era requests are served without a session here");
  }

  /** There is no session whose stream could carry it. */
  onSessionNotification(): void {}

  onClosed(): void {
    this.#mcpRequest.signal.removeEventListener("abort", this.#drop);
    this.#drop();
  }

  async #finish(response: JSONRPCResponse): Promise<void> {
    if (this.#services.inUse) await this.#services.flush();
    this.#response.finish(response);
    this.#connection?.end();
  }
}
