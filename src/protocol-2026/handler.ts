import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { requestIdOf } from "../http/json-rpc.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import type { OnListen } from "../server/listening-client.ts";
import type { McpRequest, ProtocolHandler } from "../server/mcp-request.ts";
import { bindDirectly } from "../server/request-binding.ts";
import { buildServer, findRoute, type ServerFactory, type ServerRoute } from "../server/server-factory.ts";
import { SingleCall } from "../server/single-call.ts";
import type { ChangeEvents } from "../services/change-events.ts";
import type { OpenServices, OpenServicesOf } from "../services/services.ts";
import { DIRECT_CALL_RULES } from "./direct-call-rules.ts";
import { flushBeforeResponse } from "./flush-before-response.ts";
import { refuseRevision } from "./refusals.ts";
import { MODERN_REVISION } from "./revision.ts";

export interface Protocol2026Options {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
  /** Source of the changes that `subscriptions/listen` reports, from all instances. */
  readonly changeEvents: ChangeEvents;
  /** Told of each client that begins to listen. */
  readonly onListen?: OnListen | undefined;
  /** Seconds after which a `subscriptions/listen` is ended, for its client to subscribe again. Default: `streamSecondsOf`. */
  readonly streamSeconds?: number | undefined;
  /** False to serve every request through the SDK's `createMcpHandler`. Default true. */
  readonly fastPath?: boolean | undefined;
}

/** Serves MCP 2026-07-28, which is stateless: a new server handles each request and is then closed. */
export function createProtocol2026Handler(options: Protocol2026Options): ProtocolHandler {
  const { fastPath = true } = options;
  return {
    async serve(mcpRequest) {
      if (fastPath && mcpRequest.isPlain) return serveDirectly(mcpRequest, options);
      mcpRequest.lifetime.isAnswering = requestIdOf(mcpRequest.message) !== null;
      return (await loadSdkEntry()).serveBySdk(mcpRequest, options);
    },
  };
}

/** Loads the code around the SDK's own entry with the first request that is not plain. */
const loadSdkEntry = () => import("./sdk-entry.ts");

const CLASSIFICATION = { era: "modern", revision: MODERN_REVISION } as const;

/**
 * Serves a plain request over a transport of our own, with the SDK's dispatch, codec and validation, but without the web's
 * `Request`, `Response` and streams, which cost several times as much as all of these. Throws Rejection.
 */
async function serveDirectly(
  mcpRequest: McpRequest,
  { createServer, openServices }: Protocol2026Options,
): Promise<HttpResponse> {
  const message = mcpRequest.message as JSONRPCRequest;
  mcpRequest.lifetime.isAnswering = true;
  let opened = undefined as OpenServices | undefined;
  const services = (): OpenServices => {
    opened ??= openServices(mcpRequest);
    return opened;
  };
  const webRequest = lazyRequest(mcpRequest.request, mcpRequest.signal);
  const { authInfo } = mcpRequest;
  const extra = { request: webRequest, ...(authInfo && { authInfo }), classification: CLASSIFICATION };
  const build = { era: "modern", mcpRequest, services, webRequest } as const;

  /** Undefined where a server that the request is routed to cannot answer it directly. */
  async function respond(route?: ServerRoute): Promise<HttpResponse | undefined> {
    const built = await buildServer({
      ...build,
      createServer: route?.createServer ?? createServer,
      isRouted: route !== undefined,
    });
    if (!built.isSdkV2) return route ? undefined : refuseRevision(mcpRequest);
    const own = route ? route.toServer(message) : message;
    const direct = (await bindDirectly(built, { message: own, revision: MODERN_REVISION, authInfo }))
      ? await SingleCall.serve(mcpRequest, DIRECT_CALL_RULES, { built, message, route, extra })
      : undefined;
    return direct || route ? direct : (await loadSdkEntry()).answerBySdk(mcpRequest, built);
  }

  const route = findRoute(createServer, message);
  const response = ((route && (await respond(route))) ?? (await respond())) as HttpResponse;
  return opened ? flushBeforeResponse(response, { services: opened, mcpRequest }) : response;
}
