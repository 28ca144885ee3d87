import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import { factoryContext } from "../server/factory-context.ts";
import { LazyServer } from "../server/lazy-server.ts";
import type { McpRequest, ProtocolHandler } from "../server/mcp-request.ts";
import { buildServer, type ServerFactory } from "../server/server-factory.ts";
import type { ChangeEvents } from "../services/change-events.ts";
import type { OpenServices, OpenServicesOf } from "../services/services.ts";
import { callDirectly } from "./direct-call.ts";
import { fastCallOf } from "./fast-path.ts";
import { flushBeforeResponse } from "./flush-before-response.ts";
import { listen } from "./listen.ts";
import { createSdkHandler } from "./sdk-handler.ts";

export interface Protocol2026Options {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
  /** Source of the changes that `subscriptions/listen` reports, from all instances. */
  readonly changeEvents: ChangeEvents;
  /** Seconds after which a `subscriptions/listen` is ended, for its client to subscribe again. Default: `streamSeconds`. */
  readonly streamSeconds?: number | undefined;
  /** False to serve every request through the SDK's `createMcpHandler`. Default true. */
  readonly fastPath?: boolean | undefined;
}

/** Serves MCP 2026-07-28, which is stateless: a new server handles each request and is then closed. */
export function createProtocol2026Handler(options: Protocol2026Options): ProtocolHandler {
  return {
    async serve(mcpRequest) {
      const services = options.openServices(mcpRequest);
      const webRequest = lazyRequest(mcpRequest.request, mcpRequest.signal);
      const server = new LazyServer(() => {
        const context = factoryContext({ era: "modern", request: mcpRequest, webRequest, services });
        return buildServer(options.createServer, context, mcpRequest.interceptor);
      });
      const serve = isListen(mcpRequest.message) ? serveListen : serveCall;
      const response = await serve({ mcpRequest, webRequest, services, server }, options);
      return server.isSdkV1 ? refuseRevision(mcpRequest) : response;
    },
  };
}

/** Whether a message opens a stream of notifications. */
export const isListen = (message: unknown): boolean =>
  (message as { method?: unknown } | null)?.method === "subscriptions/listen";

/** One request with what was prepared for it. */
interface Prepared {
  readonly mcpRequest: McpRequest;
  readonly webRequest: Request;
  readonly services: OpenServices;
  readonly server: LazyServer;
}

async function serveCall(
  { mcpRequest, webRequest, services, server: lazy }: Prepared,
  { fastPath = true }: Protocol2026Options,
): Promise<HttpResponse> {
  const call = fastPath ? fastCallOf(mcpRequest) : undefined;
  // An error of the factory gets its response from the SDK's own entry, which asks for the server again.
  const server = call && (await lazy.get().catch(() => undefined));
  if (lazy.rejection) throw lazy.rejection;
  const direct = call && server && (await callDirectly({ call, mcpRequest, webRequest, server }));
  const response = direct ?? (await createSdkHandler({ server: lazy, mcpRequest }).respond());
  return flushBeforeResponse(response, { services, mcpRequest });
}

async function serveListen({ mcpRequest, server }: Prepared, options: Protocol2026Options): Promise<HttpResponse> {
  return mcpRequest.canStream ? listen({ mcpRequest, server, ...options }) : refuseListen(mcpRequest);
}

/** Clients take "method not found" as the word that this server sends no notifications. */
const refuseListen = ({ message }: McpRequest): HttpResponse =>
  errorResponse(404, {
    code: JsonRpcCode.METHOD_NOT_FOUND,
    message: "subscriptions/listen needs an ingress that streams; this one answers with whole bodies only.",
    id: requestIdOf(message),
  });

/** Tells a client of both eras to fall back to `initialize` (MCP 2026-07-28, Versioning, Backward Compatibility). */
const refuseRevision = ({ message, request }: McpRequest): HttpResponse =>
  errorResponse(400, {
    code: JsonRpcCode.UNSUPPORTED_PROTOCOL_VERSION,
    message: "This server speaks the 2025 protocols: open with initialize.",
    data: { supported: SUPPORTED_PROTOCOL_VERSIONS, requested: request.headers["mcp-protocol-version"] },
    id: requestIdOf(message),
  });
