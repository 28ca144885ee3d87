import { createMcpHandler, McpServer, type ServerEventBus, type Transport } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { jsonResponse } from "../http/json-rpc.ts";
import { isEventStream, sseMessages } from "../http/sse.ts";
import { fromWebResponse, toWebRequest } from "../http/web-fetch.ts";
import type { LazyServer } from "../server/lazy-server.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import { connectIntercepted, type MessageInterceptor } from "../server/message-interceptor.ts";
import type { SdkV2Server } from "../server/sdk-server.ts";

export interface SdkHandlerOptions {
  readonly server: LazyServer;
  readonly mcpRequest: McpRequest;
  /** Source of the events of a subscription. */
  readonly bus?: ServerEventBus;
}

/** The SDK's own handling of one request. */
export interface SdkHandler {
  /** Serves the request; to be called once. Throws Rejection. For a server of SDK v1, the response must not be used. */
  respond(): Promise<HttpResponse>;
  /** Ends the request; a subscription ends with the graceful result. */
  close(): void;
}

/**
 * A `createMcpHandler` for one request, so that its server has the services of the request, and closing it ends this
 * request and no other.
 */
export function createSdkHandler({ server, mcpRequest, bus }: SdkHandlerOptions): SdkHandler {
  const { request, message, authInfo, signal, canStream, interceptor, reportFailure } = mcpRequest;
  let lastError: Error | undefined;
  const handler = createMcpHandler(async () => presented(await server.get(), server, interceptor), {
    legacy: "reject",
    // The endpoint sends heartbeats, the same for every kind of response.
    keepAliveMs: 0,
    onerror(error) {
      lastError = error;
    },
    ...(bus && { bus }),
  });
  return {
    async respond() {
      const response = await handler.fetch(toWebRequest(request, signal), {
        parsedBody: message,
        ...(authInfo && { authInfo }),
      });
      // The SDK makes an internal error of it.
      if (server.rejection) throw server.rejection;
      if (!server.isSdkV1 && response.status >= 500) reportFailure(lastError);
      const whole = await fromWebResponse(response);
      return canStream ? whole : withoutNotifications(whole);
    },
    close: () => void handler.close(),
  };
}

/**
 * The result of a stream as one JSON body, which has no place for the notifications before it. Not the SDK's own
 * `responseMode: "json"`, which prints a warning for each handler, here for each request.
 */
async function withoutNotifications(response: HttpResponse): Promise<HttpResponse> {
  if (!isEventStream(response)) return response;
  const chunks = await Array.fromAsync(response.body as AsyncIterable<string>);
  return jsonResponse(response.status, sseMessages(chunks.join("")).at(-1) ?? "");
}

/**
 * The server as `createMcpHandler` sees it: connected through the interceptor, and an instance of this copy of the SDK
 * even if the project loaded another one. A view, because nothing is written to a server of the user's.
 */
function presented(server: SdkV2Server, lazy: LazyServer, interceptor: MessageInterceptor | undefined): SdkV2Server {
  return new Proxy(server, {
    get(target, property) {
      if (property === "connect") {
        return (transport: Transport) => lazy.watch(connectIntercepted(target, transport, interceptor));
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    getPrototypeOf: (target) => ("server" in target ? McpServer.prototype : Reflect.getPrototypeOf(target)),
  });
}
