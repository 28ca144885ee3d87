import { type Audit, recordRefusal } from "../audit/audit-log.ts";
import type { Authentication } from "../auth/authenticate.ts";
import { ANYBODY } from "../auth/caller.ts";
import type { RequestContext, UnauthenticatedRequest } from "../auth/request-context.ts";
import type { Config } from "../config/config.ts";
import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { headerProblem } from "../limits/headers.ts";
import type { RateLimits } from "../limits/rate.ts";
import type { Protocol2025Handler } from "../protocol-2025/handler.ts";
import { MODERN_REVISION } from "./classify.ts";
import { preflightResponse, readableBy } from "./cors.ts";
import { hostProblem } from "./host-validation.ts";
import { isAllowedOrigin } from "./origin-validation.ts";
import { type Receiving, receive } from "./parse-message.ts";
import { answerOf, serveStream } from "./serve-message.ts";

/** What a request meets on its way in. */
export interface Endpoint extends Receiving {
  readonly config: Config;
  readonly legacy: Protocol2025Handler;
  /** Absent where nothing is recorded. */
  readonly audit: Audit | undefined;
  readonly access: Authentication;
  /** Absent where nothing is counted. */
  readonly rates: RateLimits | undefined;
}

/** Answered without the server, for load balancers and uptime checks. */
const HEALTH_PATH = "/health";

/** The way of a request up to its message, in reading order: from where, to what, by whom. */
export async function admit(endpoint: Endpoint, stranger: UnauthenticatedRequest): Promise<HttpResponse> {
  const { request, invocation } = stranger;
  const tooLarge = headerProblem(request, endpoint.config);
  if (tooLarge) return tooLarge;
  const hostRefused = hostProblem(request.headers.host, endpoint.config, invocation.clientIp);
  if (hostRefused) return forbidden(hostRefused);
  const { origin } = request.headers;
  if (!origin) return route(endpoint, stranger);
  if (!isAllowedOrigin(origin, endpoint.config, invocation.clientIp)) return forbidden("This web origin may not call.");
  return readableBy(origin, await route(endpoint, stranger));
}

const forbidden = (message: string): HttpResponse => errorResponse(403, { code: JsonRpcCode.HTTP_ERROR, message });

async function route(endpoint: Endpoint, stranger: UnauthenticatedRequest): Promise<HttpResponse> {
  const { method, url } = stranger.request;
  const [path = ""] = url.split("?", 1);
  if (path === HEALTH_PATH && method === "GET") {
    return { status: 200, headers: { "content-type": "application/json" }, body: '{"status":"ok"}' };
  }
  const metadata = endpoint.access.protectedResource?.(path);
  if (metadata) return published(metadata, stranger.request);
  if (path !== endpoint.config.path) {
    return errorResponse(404, {
      code: JsonRpcCode.HTTP_ERROR,
      message: `Not found. MCP is at ${endpoint.config.path}.`,
    });
  }
  if (method === "OPTIONS") return preflightResponse(stranger.request);
  return answerOf(stranger, () => welcome(endpoint, stranger));
}

/** What everybody may read. */
function published(document: HttpResponse, request: HttpRequest): HttpResponse {
  if (request.method === "GET") return document;
  if (request.method === "OPTIONS") return preflightResponse(request);
  return errorResponse(
    405,
    { code: JsonRpcCode.HTTP_ERROR, message: "Method not allowed." },
    { allow: "GET, OPTIONS" },
  );
}

/** Asks who it is, and lets in whom it may. */
async function welcome(endpoint: Endpoint, stranger: UnauthenticatedRequest): Promise<HttpResponse> {
  const { rates } = endpoint;
  const { request, invocation } = stranger;
  const { identify, challenges } = endpoint.access;
  const denied = (response: HttpResponse, asker: UnauthenticatedRequest = stranger): HttpResponse => {
    if (endpoint.audit) recordRefusal(endpoint.audit, asker, response.status);
    return response;
  };
  const fromThere = await rates?.takeAddress(invocation);
  if (fromThere) return denied(fromThere);
  const identified = (await identify?.(request, invocation)) ?? { caller: ANYBODY };
  if ("refused" in identified) return denied(identified.refused);
  const { caller } = identified;
  const requestContext: RequestContext = { ...stranger, ...identified, principal: caller.principal };
  const ofTheirs = await rates?.takePrincipal(requestContext);
  if (ofTheirs) return denied(ofTheirs, requestContext);
  if (request.method === "POST") return receive(endpoint, requestContext);
  // A message may need more than these, and is told of all it needs at once; here is none.
  const { requiredScopes = [] } = endpoint.config;
  const isAllowed = requiredScopes.every((scope) => caller.scopes.includes(scope));
  if (!isAllowed) return denied(challenges.insufficientScope([]), requestContext);
  return serveSession(endpoint, requestContext) ?? methodNotAllowed(endpoint);
}

/** GET and DELETE, which concern sessions; undefined where there are none. */
function serveSession(
  { config, legacy, streams }: Endpoint,
  requestContext: RequestContext,
): Promise<HttpResponse> | undefined {
  const { method, headers } = requestContext.request;
  // 2026-07-28 has neither (MCP, Streamable HTTP).
  if ((headers["mcp-protocol-version"] ?? "") >= MODERN_REVISION) return undefined;
  if (method === "GET" && legacy.openStream) {
    const { openStream } = legacy;
    const open = (): Promise<HttpResponse> =>
      serveStream(openStream, { ...requestContext, heartbeatMs: config.heartbeatSeconds * 1000 });
    return legacy.resumesRequest?.(requestContext.request) ? open() : streams.hold(requestContext, open);
  }
  const { endSession } = legacy;
  return method === "DELETE" && endSession ? answerOf(requestContext, () => endSession(requestContext)) : undefined;
}

function methodNotAllowed({ legacy }: Endpoint): HttpResponse {
  const message = "Method not allowed: send MCP messages with POST.";
  const allow = legacy.openStream ? "GET, POST, DELETE, OPTIONS" : "POST, OPTIONS";
  return errorResponse(405, { code: JsonRpcCode.HTTP_ERROR, message }, { allow });
}
