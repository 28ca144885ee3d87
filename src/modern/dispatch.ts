import { createMcpHandler, McpServer, Server, type ServerEventBus } from "@modelcontextprotocol/server";
import { AnycloudError } from "../errors.ts";
import { fromWebResponse, toWebRequest } from "../fetch.ts";
import type { HttpResponse } from "../handler.ts";
import { rememberToolSchemas } from "../json-schema-memo.ts";
import type { Exchange } from "../leg.ts";
import { assertServer, type ServerFactory } from "../server.ts";
import type { OpenServices } from "../services.ts";

export interface DispatchOptions {
  readonly createServer: ServerFactory;
  readonly exchange: Exchange;
  readonly services: OpenServices;
  /** What a subscription hears. */
  readonly bus?: ServerEventBus;
}

/** The SDK's handling of one request. */
export interface Dispatch {
  /** Serves the request; to be called once. */
  answer(): Promise<DispatchAnswer>;
  /** Ends what is under way, a subscription with the graceful result. */
  close(): void;
}

interface DispatchAnswer {
  readonly response: HttpResponse;
  /** False when the factory built a server of SDK v1, and the response is not to be used. */
  readonly isModern: boolean;
}

/**
 * A handler of the SDK for one request, so that what it builds knows the request's services, and closing it ends this
 * request and no other.
 */
export function createDispatch({ createServer, exchange, services, bus }: DispatchOptions): Dispatch {
  const { request, message, authInfo, abandoned, failed } = exchange;
  let isModern = true;
  let lastError: Error | undefined;
  const handler = createMcpHandler(
    async (context) => {
      const product: unknown = await createServer({ ...context, ...services.services });
      assertServer(product);
      if (product instanceof McpServer || product instanceof Server) {
        rememberToolSchemas(product);
        return product;
      }
      isModern = false;
      throw new AnycloudError("SERVER_INVALID", "A server of SDK v1 speaks the 2025 protocols only.");
    },
    {
      legacy: "reject",
      // Heartbeats are the endpoint's, the same for every kind of answer.
      keepAliveMs: 0,
      onerror(error) {
        lastError = error;
      },
      ...(bus && { bus }),
    },
  );
  return {
    async answer() {
      const response = await handler.fetch(toWebRequest(request, abandoned), {
        parsedBody: message,
        ...(authInfo && { authInfo }),
      });
      if (isModern && response.status >= 500) failed(lastError);
      return { response: await fromWebResponse(response), isModern };
    },
    close: () => void handler.close(),
  };
}
