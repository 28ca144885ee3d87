import type { HttpResponse } from "../http/http-handler.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import { LISTEN } from "../server/operation.ts";
import type { BuiltServer } from "../server/sdk-server.ts";
import { buildServer } from "../server/server-factory.ts";
import { flushBeforeResponse } from "./flush-before-response.ts";
import { type ListenOptions, listen } from "./listen.ts";
import { withReadableSubscriptions } from "./readable-subscriptions.ts";
import { refuseListen } from "./refusals.ts";
import { SdkHandler } from "./sdk-handler.ts";

/** Serves a request of any kind through the SDK's `createMcpHandler`. Throws STORE_UNAVAILABLE and Rejection. */
export async function serveBySdk(mcpRequest: McpRequest, options: ListenOptions): Promise<HttpResponse> {
  if (mcpRequest.logFields.mcpMethod !== LISTEN) return serveRequest(mcpRequest, options);
  if (!mcpRequest.canStream) return refuseListen(mcpRequest);
  return listen(await withReadableSubscriptions(mcpRequest, (read) => serveRequest(read, options)), options);
}

/** Likewise, with a server that is built already. Throws Rejection. */
export const answerBySdk = (mcpRequest: McpRequest, built: BuiltServer): Promise<HttpResponse> =>
  new SdkHandler({ mcpRequest, buildServer: async () => built }).respond();

async function serveRequest(
  mcpRequest: McpRequest,
  { createServer, openServices }: ListenOptions,
): Promise<HttpResponse> {
  const services = openServices(mcpRequest);
  const webRequest = lazyRequest(mcpRequest.request, mcpRequest.signal);
  const build = { createServer, era: "modern", mcpRequest, services: () => services, webRequest } as const;
  const response = await new SdkHandler({ mcpRequest, buildServer: () => buildServer(build) }).respond();
  return flushBeforeResponse(response, { services, mcpRequest });
}
