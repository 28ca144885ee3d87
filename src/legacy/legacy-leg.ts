import { DEFAULT_NEGOTIATED_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { HttpRequest, HttpResponse } from "../handler.ts";
import type { Leg, StreamVisit, Visit } from "../leg.ts";
import { badRequest } from "./refusals.ts";
import type { SessionContext } from "./session-context.ts";
import { createSessionLeg } from "./session-leg.ts";
import { createSessionlessLeg, type SessionlessContext } from "./sessionless-leg.ts";

export interface LegacyLeg extends Leg {
  /** Serves GET, where there are sessions: the standing stream, or a stream from where the client lost it. */
  openStream?(visit: StreamVisit): Promise<HttpResponse>;
  /** Serves DELETE, where there are sessions. */
  endSession?(visit: Visit): Promise<HttpResponse>;
}

/** Serves MCP 2025-03-26 to 2025-11-25: with sessions where there is a store to keep them, else without. */
export function createLegacyLeg(context: SessionContext | SessionlessContext): LegacyLeg {
  const leg: LegacyLeg = "sessions" in context ? createSessionLeg(context) : createSessionlessLeg(context);
  return {
    ...leg,
    async serve(exchange) {
      const problem = versionProblem(exchange.request);
      return problem ? badRequest(exchange.message, problem) : leg.serve(exchange);
    },
  };
}

function versionProblem({ headers }: HttpRequest): string | undefined {
  const version = headers["mcp-protocol-version"] ?? DEFAULT_NEGOTIATED_PROTOCOL_VERSION;
  if (SUPPORTED_PROTOCOL_VERSIONS.includes(version)) return undefined;
  return `Unsupported protocol version: ${version} (supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(", ")})`;
}
