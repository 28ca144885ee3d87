import type { Audit, Audited } from "../audit/audit-log.ts";
import { type RefusalStage, recordRefusal } from "../audit/refusal.ts";
import type { Authentication } from "../auth/authenticate.ts";
import { ANYBODY } from "../auth/caller.ts";
import type { RequestContext, UnauthenticatedRequest } from "../auth/request-context.ts";
import type { Config } from "../config/config.ts";
import { markSafe } from "../http/catch-errors.ts";
import { toFailureResponse } from "../http/error-response.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { Rejection } from "../http/rejection.ts";
import { type RequestLogOptions, startRequestLog } from "../http/request-log.ts";
import { servedRequest } from "../http/served-request.ts";
import { headerProblem } from "../limits/headers.ts";
import type { InFlightLimit } from "../limits/in-flight.ts";
import type { RateLimits } from "../limits/rate.ts";
import type { Protocol2025Handler } from "../protocol-2025/handler.ts";
import { MODERN_REVISION } from "../protocol-2026/revision.ts";
import { untilDeadline } from "../store/until-deadline.ts";
import { preflightResponse, readableBy, readableByAll } from "./cors.ts";
import { HEALTH_PATH, type Health, healthResponse } from "./health.ts";
import { hostProblem } from "./host-validation.ts";
import { servePost } from "./parse-message.ts";
import { type MessagePipeline, serveStream } from "./serve-message.ts";

/** Everything that a request passes through. */
export interface Pipeline extends MessagePipeline {
  readonly config: Config;
  readonly log: RequestLogOptions;
  readonly legacy: Protocol2025Handler;
  /** Absent where nothing is recorded. */
  readonly audit: Audit | undefined;
  readonly authentication: Authentication;
  /** Absent where nothing is counted. */
  readonly rates: RateLimits | undefined;
  readonly inFlight: InFlightLimit;
  /** Absent for a server without parts. */
  readonly health: Health | undefined;
}

/** The handler of an endpoint: size of the headers, host, origin, then `route`. It never throws. */
export const createHttpHandler = (pipeline: Pipeline): HttpHandler =>
  markSafe(async (request, invocation) => {
    const { config, authentication } = pipeline;
    const { origin } = request.headers;
    const { logFields, context, finish: log } = startRequestLog(request, invocation, pipeline.log);
    const finish = request.method === "HEAD" ? (response: HttpResponse) => log(withoutBody(response)) : log;
    const [path = ""] = request.url.split("?", 1);
    const document = authentication.protectedResource?.(path);
    const { clientIp } = invocation;
    const isProbe = request.url === HEALTH_PATH && isRead(request);
    const isPublic = document !== undefined;
    const refused = headerProblem(request, config) ?? hostProblem(request, config, { clientIp, isPublic, isProbe });
    if (refused) return finish(audited(pipeline, { request, invocation, logFields }, "head", refused));
    if (document) return finish(readableByAll(publicDocument(document, request)));
    let response: HttpResponse;
    try {
      response = await servedRequest.run(context, () => route(pipeline, path, { request, invocation, logFields }));
    } catch (error) {
      response = toFailureResponse(error, { logFields });
    }
    return finish(origin ? readableBy(origin, response) : response);
  });

/** The response to HEAD (RFC 9110 §9.3.2). */
const withoutBody = ({ status, headers }: HttpResponse): HttpResponse => ({ status, headers });

const isRead = ({ method }: HttpRequest): boolean => method === "GET" || method === "HEAD";

/** A document that everybody may read. */
function publicDocument(document: HttpResponse, request: HttpRequest): HttpResponse {
  if (isRead(request)) return document;
  if (request.method === "OPTIONS") return preflightResponse(request);
  return errorResponse(
    405,
    { code: JsonRpcCode.HTTP_ERROR, message: "Method not allowed." },
    { allow: "GET, HEAD, OPTIONS" },
  );
}

/** The response, recorded in the audit log where it is a refusal. */
const audited = (
  { audit }: Pick<Pipeline, "audit">,
  request: Audited,
  stage: RefusalStage,
  response: HttpResponse,
): HttpResponse => (audit ? recordRefusal(audit, request, stage, response) : response);

/** The way of a request up to its message: path, method, caller. */
async function route(pipeline: Pipeline, path: string, unauthenticated: UnauthenticatedRequest): Promise<HttpResponse> {
  const { config } = pipeline;
  const { request } = unauthenticated;
  if (path === HEALTH_PATH && isRead(request)) return healthResponse(pipeline, unauthenticated);
  if (path !== config.path) {
    return errorResponse(404, { code: JsonRpcCode.HTTP_ERROR, message: `Not found. MCP is at ${config.path}.` });
  }
  if (request.method === "OPTIONS") return preflightResponse(request);
  const context = await authenticate(pipeline, unauthenticated);
  return "status" in context ? context : serve(pipeline, context);
}

/** The request with its caller, within the limits of their address and of themselves; or the refusal. */
async function authenticate(
  pipeline: Pipeline,
  unauthenticated: UnauthenticatedRequest,
): Promise<RequestContext | HttpResponse> {
  const { rates, authentication } = pipeline;
  const { request, invocation } = unauthenticated;
  const addressLimited = await rates?.takeAddress(invocation);
  if (addressLimited) return audited(pipeline, unauthenticated, "authentication", addressLimited);
  const result = authentication.authenticate
    ? await untilDeadline(authentication.authenticate(request, invocation), invocation.deadline, () =>
        unidentified(unauthenticated),
      )
    : NO_AUTHENTICATION;
  if ("refused" in result) return audited(pipeline, unauthenticated, "authentication", result.refused);
  const context: RequestContext = { ...unauthenticated, ...result, principal: result.caller.principal };
  const callerLimited = await rates?.takePrincipal(context);
  return callerLimited ? audited(pipeline, context, "message", callerLimited) : context;
}

/** A verifier asks others, who may never answer. */
function unidentified({ logFields }: UnauthenticatedRequest): Rejection {
  logFields.outcome = "timed_out";
  const message = "The platform's time limit came before it was known who calls: try again.";
  return new Rejection(errorResponse(504, { code: JsonRpcCode.INTERNAL_ERROR, message }));
}

const NO_AUTHENTICATION = { caller: ANYBODY };

/** Serves the request of a caller, within what may be in flight at this instance. */
function serve(pipeline: Pipeline, context: RequestContext): HttpResponse | Promise<HttpResponse> {
  const { audit } = pipeline;
  const serveCounted = async (counted: RequestContext): Promise<HttpResponse> => {
    const response = await serveMethod(pipeline, counted);
    return audit ? recordRefusal(audit, counted, "message", response) : response;
  };
  // Where the platform gives an instance one request at a time, it limits the instances instead.
  if (context.invocation.exclusive) return serveCounted(context);
  const entered = pipeline.inFlight.enter(context);
  return "refused" in entered ? audited(pipeline, context, "message", entered.refused) : entered.serve(serveCounted);
}

/** Serves the message of a POST, or what GET and DELETE ask of a session. */
const serveMethod = (pipeline: Pipeline, context: RequestContext): Promise<HttpResponse> =>
  context.request.method === "POST" ? servePost(pipeline, context) : serveSession(pipeline, context);

/** GET and DELETE, which concern sessions: 2026-07-28 has neither (MCP, Streamable HTTP). */
async function serveSession(pipeline: Pipeline, context: RequestContext): Promise<HttpResponse> {
  const { config, legacy, streams, authentication } = pipeline;
  const { method, headers } = context.request;
  // A message may need more scopes than these, and is told of all at once; these requests have no message.
  const { requiredScopes = [] } = config;
  const isAllowed = requiredScopes.every((scope) => context.caller.scopes.includes(scope));
  if (!isAllowed) return authentication.challenges.insufficientScope([]);
  const { openStream, endSession } = legacy;
  const isModern = (headers["mcp-protocol-version"] ?? "") >= MODERN_REVISION;
  if (method === "GET" && openStream && !isModern) {
    const open = (): Promise<HttpResponse> =>
      serveStream(openStream, { ...context, heartbeatMs: config.heartbeatSeconds * 1000 });
    return (await legacy.resumesRequest?.(context.request)) ? open() : streams.acquire(context, open);
  }
  return method === "DELETE" && endSession && !isModern ? endSession(context) : methodNotAllowed(pipeline);
}

function methodNotAllowed({ legacy }: Pipeline): HttpResponse {
  const message = "Method not allowed: send MCP messages with POST.";
  const allow = legacy.openStream ? "GET, POST, DELETE, OPTIONS" : "POST, OPTIONS";
  return errorResponse(405, { code: JsonRpcCode.HTTP_ERROR, message }, { allow });
}
