import {
  createMcpHandler,
  type JSONRPCMessage,
  McpServer,
  type RequestId,
  type ServerEventBus,
  type Transport,
} from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { failedResponse } from "../http/json-rpc.ts";
import { recordAnswer } from "../http/record/record-answer.ts";
import { Rejection } from "../http/rejection.ts";
import { logAboutRequest } from "../http/served-request.ts";
import { fromWebResponse, toWebRequest } from "../http/web-fetch.ts";
import { sendableMessage, toLimitedText } from "../limits/output.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import { intercept, watchScopeResolver } from "../server/message-interceptor.ts";
import type { BuiltServer, SdkV2Server } from "../server/sdk-server.ts";
import { closeServer, dropLate, keepSending, watchUnsentResponses } from "../server/server-connection.ts";
import { refuseRevision } from "./refusals.ts";
import { withoutNotifications } from "./without-notifications.ts";

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
    const built = await buildServer();
    if (!built.isSdkV2) throw new Replaced(refuseRevision(mcpRequest));
    return presented(built.server, (transport) => this.#keepThrown(connectIntercepted(built, transport, mcpRequest)));
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

/** Connects a server so that each request has a response that the SDK's transport can send, and no more is sent after it. */
async function connectIntercepted(
  { server, lowLevel }: BuiltServer,
  transport: Transport,
  mcpRequest: McpRequest,
): Promise<void> {
  const resolver = watchScopeResolver(transport);
  await server.connect(transport);
  const { send, onclose } = transport;
  transport.send = async (message, options) => send.call(transport, sendable(message, mcpRequest), options);
  transport.onclose = () => {
    if (mcpRequest.signal.aborted) mcpRequest.logFields.outcome ??= "cancelled";
    try {
      onclose?.();
    } finally {
      keepSending(lowLevel, closedTransport());
    }
  };
  const { id } = mcpRequest.message as { readonly id?: RequestId };
  watchUnsentResponses(lowLevel, (error) => {
    logAboutRequest("the response could not be sent:", error);
    void transport.send(failedResponse(id, "Internal error")).catch(() => {});
  });
  try {
    if (mcpRequest.interceptor) await intercept(transport, mcpRequest.interceptor, resolver);
  } catch (error) {
    closeServer(server);
    throw error;
  }
}

function sendable(message: JSONRPCMessage, { maxOutputBytes, logFields }: McpRequest): JSONRPCMessage {
  if ("method" in message) return sendableMessage(message, maxOutputBytes);
  const sent = JSON.parse(toLimitedText(message, maxOutputBytes));
  recordAnswer(logFields, sent);
  return sent;
}

/** The transport of one server whose request has ended. The SDK writes to it, so that a shared one would hold all of them. */
const closedTransport = (): Transport => ({
  start: async () => {},
  send: async (message) => ("method" in message ? dropLate(message) : undefined),
  close: async () => {},
});
