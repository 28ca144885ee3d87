import { createMcpHandler, type ServerEventBus } from "@modelcontextprotocol/server";
import type { McpRequest } from "../auth/request-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { fromWebResponse, toWebRequest } from "../http/web-fetch.ts";
import type { LazyServer } from "../server/lazy-server.ts";

export interface DispatchOptions {
  readonly server: LazyServer;
  readonly mcpRequest: McpRequest;
  /** What a subscription hears. */
  readonly bus?: ServerEventBus;
}

/** The SDK's handling of one request. */
export interface Dispatch {
  /** Serves the request; to be called once. Throws Rejection. What it answers is not to be used for a server of SDK v1. */
  answer(): Promise<HttpResponse>;
  /** Ends what is under way, a subscription with the graceful result. */
  close(): void;
}

/**
 * A handler of the SDK for one request, so that what it builds knows the request's services, and closing it ends this
 * request and no other.
 */
export function createDispatch({ server, mcpRequest, bus }: DispatchOptions): Dispatch {
  const { request, message, authInfo, abandoned, failed } = mcpRequest;
  let lastError: Error | undefined;
  const handler = createMcpHandler(() => server.behindGuard(), {
    legacy: "reject",
    // Heartbeats are the endpoint's, the same for every kind of answer.
    keepAliveMs: 0,
    onerror(error) {
      lastError = error;
    },
    ...(bus && { bus }),
  });
  return {
    async answer() {
      const response = await handler.fetch(toWebRequest(request, abandoned.signal), {
        parsedBody: message,
        ...(authInfo && { authInfo }),
      });
      // The SDK makes an internal error of what its factory throws.
      if (server.refusal) throw server.refusal;
      if (server.isModern && response.status >= 500) failed(lastError);
      return fromWebResponse(response);
    },
    close: () => void handler.close(),
  };
}
