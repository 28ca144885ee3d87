import { createMcpHandler, McpServer, type ServerEventBus, type Transport } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { jsonResponse } from "../http/json-rpc.ts";
import { Rejection } from "../http/rejection.ts";
import { isEventStream, sseMessages } from "../http/sse.ts";
import { fromWebResponse, toWebRequest } from "../http/web-fetch.ts";
import { withinLimit } from "../limits/output.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import { intercept, type MessageInterceptor, watchScopeResolver } from "../server/message-interceptor.ts";
import type { BuiltServer, SdkV2Server } from "../server/sdk-server.ts";
import { refuseRevision } from "./refusals.ts";

export interface SdkHandlerOptions {
  readonly mcpRequest: McpRequest;
  /** Builds the server, when the SDK has found nothing to refuse. */
  readonly buildServer: () => Promise<BuiltServer>;
  /** Source of the events of a subscription. */
  readonly bus?: ServerEventBus;
}

/** A response that the SDK does not give, because the server is not for it. */
class Replaced extends Error {
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    super("The response was replaced.");
    this.response = response;
  }
}

/**
 * The SDK's own handling of one request: a `createMcpHandler` for each, so that its server has the services of the request,
 * and closing it ends this request and no other.
 */
export class SdkHandler {
  readonly #options: SdkHandlerOptions;
  readonly #handler: ReturnType<typeof createMcpHandler>;
  #lastError: unknown;
  /** The SDK turns an error of its factory into a response of its own. */
  #thrown: Rejection | Replaced | undefined;

  constructor(options: SdkHandlerOptions) {
    this.#options = options;
    this.#handler = createMcpHandler(() => this.#keepThrown(this.#present()), {
      legacy: "reject",
      // The endpoint sends heartbeats, the same for every kind of response.
      keepAliveMs: 0,
      onerror: (error) => {
        this.#lastError = error;
      },
      ...(options.bus && { bus: options.bus }),
    });
  }

  /** Serves the request; to be called once. Throws Rejection. */
  async respond(): Promise<HttpResponse> {
    const { request, message, authInfo, signal, canStream, reportFailure } = this.#options.mcpRequest;
    const response = await this.#handler.fetch(toWebRequest(request, signal), {
      parsedBody: message,
      ...(authInfo && { authInfo }),
    });
    if (this.#thrown instanceof Replaced) return this.#thrown.response;
    if (this.#thrown) throw this.#thrown;
    if (response.status >= 500) reportFailure(this.#lastError);
    const whole = await fromWebResponse(response);
    return canStream ? whole : withoutNotifications(whole);
  }

  /** Ends the request; a subscription ends with the graceful result. */
  close(): void {
    void this.#handler.close();
  }

  async #present(): Promise<SdkV2Server> {
    const { mcpRequest, buildServer } = this.#options;
    const { isSdkV2, server } = await buildServer();
    if (!isSdkV2) throw new Replaced(refuseRevision(mcpRequest));
    const interceptor = mcpRequest.interceptor ?? limiting(mcpRequest.maxOutputBytes);
    return presented(server, (transport) => this.#keepThrown(connectIntercepted(server, transport, interceptor)));
  }

  async #keepThrown<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Rejection || error instanceof Replaced) this.#thrown = error;
      throw error;
    }
  }
}

/**
 * The server as `createMcpHandler` sees it: with another `connect`, and an instance of this copy of the SDK even if the
 * project loaded another one. A view, because nothing is written to a server of the user's.
 */
function presented(server: SdkV2Server, connect: (transport: Transport) => Promise<void>): SdkV2Server {
  return new Proxy(server, {
    get(target, property) {
      if (property === "connect") return connect;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    getPrototypeOf: (target) => ("server" in target ? McpServer.prototype : Reflect.getPrototypeOf(target)),
  });
}

async function connectIntercepted(
  server: SdkV2Server,
  transport: Transport,
  interceptor: MessageInterceptor,
): Promise<void> {
  const resolver = watchScopeResolver(transport);
  await server.connect(transport);
  try {
    await intercept(transport, interceptor, resolver);
  } catch (error) {
    await server.close();
    throw error;
  }
}

const limiting = (maxOutputBytes: number): MessageInterceptor => ({
  mapOutgoing: (message) => ("method" in message ? message : withinLimit(message, maxOutputBytes)),
});

/**
 * The result of a stream as one JSON body, which has no place for the notifications before it. Not the SDK's own
 * `responseMode: "json"`, which prints a warning for each handler, here for each request.
 */
async function withoutNotifications(response: HttpResponse): Promise<HttpResponse> {
  if (!isEventStream(response)) return response;
  const chunks = await Array.fromAsync(response.body as AsyncIterable<string>);
  return jsonResponse(response.status, sseMessages(chunks.join("")).at(-1) ?? "");
}
