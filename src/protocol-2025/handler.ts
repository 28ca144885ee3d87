import { DEFAULT_NEGOTIATED_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import type { Leg, Visit } from "../auth/request-context.ts";
import { badRequest } from "./error-responses.ts";
import type { SessionContext } from "./sessions/session-context.ts";
import { createSessionLeg, type SessionLeg } from "./sessions/session-handler.ts";
import { createSessionlessLeg, type SessionlessContext } from "./stateless.ts";

/** GET and DELETE are served where there are sessions. */
export type LegacyLeg = Leg & Partial<SessionLeg>;

/** Serves MCP 2025-03-26 to 2025-11-25: with sessions where there is a store to keep them, else without. */
export function createLegacyLeg(context: SessionContext | SessionlessContext): LegacyLeg {
  const { serve, openStream, resumesRequest, endSession }: LegacyLeg =
    "sessions" in context ? createSessionLeg(context) : createSessionlessLeg(context);
  return {
    serve: inKnownRevision(serve),
    ...(openStream && { openStream: inKnownRevision(openStream) }),
    ...(resumesRequest && { resumesRequest }),
    ...(endSession && { endSession: inKnownRevision(endSession) }),
  };
}

type Serve<Request> = (visit: Request) => Promise<HttpResponse>;

/** Refuses what names a revision that nobody speaks (MCP 2025-11-25, Protocol Version Header). */
function inKnownRevision<Request extends Visit & { readonly message?: unknown }>(
  serve: Serve<Request>,
): Serve<Request> {
  return async (visit) => {
    const problem = versionProblem(visit.request);
    return problem ? badRequest(visit.message, problem) : serve(visit);
  };
}

function versionProblem({ headers }: HttpRequest): string | undefined {
  const version = headers["mcp-protocol-version"] ?? DEFAULT_NEGOTIATED_PROTOCOL_VERSION;
  if (SUPPORTED_PROTOCOL_VERSIONS.includes(version)) return undefined;
  return `Unsupported protocol version: ${version} (supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(", ")})`;
}
