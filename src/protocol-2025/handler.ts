import { DEFAULT_NEGOTIATED_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import type { ProtocolHandler } from "../server/mcp-request.ts";
import { badRequest } from "./error-responses.ts";
import type { SessionContext } from "./sessions/session-context.ts";
import { createSessionHandler, type SessionHandler } from "./sessions/session-handler.ts";
import { createStatelessHandler, type StatelessContext } from "./stateless.ts";

/** GET and DELETE are served where there are sessions. */
export type Protocol2025Handler = ProtocolHandler & Partial<SessionHandler>;

/** Serves MCP 2025-03-26 to 2025-11-25: with sessions where there is a store to keep them, otherwise without. */
export function createProtocol2025Handler(context: SessionContext | StatelessContext): Protocol2025Handler {
  const { serve, openStream, resumesRequest, endSession }: Protocol2025Handler =
    "sessions" in context ? createSessionHandler(context) : createStatelessHandler(context);
  return {
    serve: refuseUnknownRevision(serve),
    ...(openStream && { openStream: refuseUnknownRevision(openStream) }),
    ...(resumesRequest && { resumesRequest }),
    ...(endSession && { endSession: refuseUnknownRevision(endSession) }),
  };
}

type Serve<Request> = (request: Request) => Promise<HttpResponse>;

/**
 * Refuses a request that names a revision which nobody speaks (MCP 2025-11-25, Protocol Version Header). `initialize` is let
 * through: it negotiates the revision of the requests after it (Lifecycle, Version Negotiation).
 */
function refuseUnknownRevision<Request extends { readonly request: HttpRequest; readonly message?: unknown }>(
  serve: Serve<Request>,
): Serve<Request> {
  return async (request) => {
    const problem = revisionProblem(request.request);
    return problem && !isInitialize(request.message) ? badRequest(request.message, problem) : serve(request);
  };
}

const isInitialize = (message: unknown): boolean =>
  (message as { readonly method?: unknown } | undefined | null)?.method === "initialize";

function revisionProblem({ headers }: HttpRequest): string | undefined {
  const version = headers["mcp-protocol-version"] ?? DEFAULT_NEGOTIATED_PROTOCOL_VERSION;
  if (SUPPORTED_PROTOCOL_VERSIONS.includes(version)) return undefined;
  return `Unsupported protocol version: ${version} (supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(", ")})`;
}
