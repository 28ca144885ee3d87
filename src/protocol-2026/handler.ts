import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { requestIdOf } from "../http/json-rpc.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import type { McpRequest, ProtocolHandler } from "../server/mcp-request.ts";
import { LISTEN } from "../server/operation.ts";
import { buildServer, type ServerFactory } from "../server/server-factory.ts";
import type { ChangeEvents } from "../services/change-events.ts";
import type { OpenServicesOf } from "../services/services.ts";
import { callDirectly } from "./direct-call.ts";
import { flushBeforeResponse } from "./flush-before-response.ts";
import { listen } from "./listen.ts";
import { withReadableSubscriptions } from "./readable-subscriptions.ts";
import { refuseListen, refuseRevision } from "./refusals.ts";
import { SdkHandler } from "./sdk-handler.ts";

export interface Protocol2026Options {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
  /** Source of the changes that `subscriptions/listen` reports, from all instances. */
  readonly changeEvents: ChangeEvents;
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
      if (mcpRequest.logFields.mcpMethod !== LISTEN) return serveBySdk(mcpRequest, options);
      if (!mcpRequest.canStream) return refuseListen(mcpRequest);
      return listen(await withReadableSubscriptions(mcpRequest, (read) => serveBySdk(read, options)), options);
    },
  };
}

async function serveDirectly(
  mcpRequest: McpRequest,
  { createServer, openServices }: Protocol2026Options,
): Promise<HttpResponse> {
  const message = mcpRequest.message as JSONRPCRequest;
  mcpRequest.lifetime.isAnswering = true;
  const services = openServices(mcpRequest);
  const webRequest = lazyRequest(mcpRequest.request, mcpRequest.signal);
  const built = await buildServer({ createServer, era: "modern", mcpRequest, services, webRequest });
  if (!built.isSdkV2) return refuseRevision(mcpRequest);
  const direct = await callDirectly({ message, mcpRequest, webRequest, built });
  const response = direct ?? (await new SdkHandler({ mcpRequest, buildServer: async () => built }).respond());
  return services.inUse ? flushBeforeResponse(response, { services, mcpRequest }) : response;
}

async function serveBySdk(
  mcpRequest: McpRequest,
  { createServer, openServices }: Protocol2026Options,
): Promise<HttpResponse> {
  const services = openServices(mcpRequest);
  const webRequest = lazyRequest(mcpRequest.request, mcpRequest.signal);
  const build = { createServer, era: "modern", mcpRequest, services, webRequest } as const;
  const response = await new SdkHandler({ mcpRequest, buildServer: () => buildServer(build) }).respond();
  return flushBeforeResponse(response, { services, mcpRequest });
}
