import { type JSONRPCRequest, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { handlerExtra } from "../http/lazy-request.ts";
import type { McpRequest, ProtocolHandler } from "../server/mcp-request.ts";
import { buildServer, findRoute, type ServerFactory } from "../server/server-factory.ts";
import { SingleCall, type SingleCallRules } from "../server/single-call.ts";
import type { OpenServicesOf } from "../services/services.ts";
import { badRequest, unknownRevision } from "./error-responses.ts";
import { unreachableClient } from "./unreachable-client.ts";

/** Everything that serving requests without sessions needs. */
export interface StatelessContext {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
}

/** The response where nobody waits for another one. */
const ACCEPTED: HttpResponse = { status: 202, headers: {} };

/** Serves MCP 2025-03-26 to 2025-11-25 without sessions, with a new server of either SDK for each request. */
export function createStatelessHandler(context: StatelessContext): ProtocolHandler {
  return {
    async serve(mcpRequest) {
      const { message, request, logFields } = mcpRequest;
      const revision = request.headers["mcp-protocol-version"];
      // `initialize` negotiates the revision of the requests after it (MCP 2025-11-25, Lifecycle, Version Negotiation).
      const isNegotiated = revision !== undefined && logFields.mcpMethod !== "initialize";
      if (isNegotiated && !SUPPORTED_PROTOCOL_VERSIONS.includes(revision)) return unknownRevision(message, revision);
      if (Array.isArray(message)) {
        return badRequest(message, "JSON-RPC batches are not supported: send one message per POST.");
      }
      // Notifications and replies concern a session, and there is none: accepted, as the specification asks, and dropped.
      return isRequest(message) ? serveRequest(mcpRequest, message, context) : ACCEPTED;
    },
  };
}

const isRequest = (message: unknown): message is JSONRPCRequest =>
  typeof message === "object" && message !== null && "method" in message && "id" in message;

async function serveRequest(
  mcpRequest: McpRequest,
  message: JSONRPCRequest,
  { createServer, openServices }: StatelessContext,
): Promise<HttpResponse> {
  mcpRequest.lifetime.isAnswering = true;
  const services = openServices(mcpRequest);
  const extra = handlerExtra(mcpRequest.request, mcpRequest.authInfo);
  const route = findRoute(createServer, message);
  const built = await buildServer({
    createServer: route?.createServer ?? createServer,
    isRouted: route !== undefined,
    era: "legacy",
    mcpRequest,
    services: () => services,
    webRequest: extra.request,
  });
  const rules: SingleCallRules = {
    abandoned: ACCEPTED,
    // A client that leaves has not cancelled (MCP 2025-11-25, Streamable HTTP): the server runs to its end.
    cancelsWithClient: false,
    beforeResult: () => (services.inUse ? services.flush() : undefined),
    onServerRequest({ method }) {
      throw unreachableClient(method, "2025-era requests are served without a session here");
    },
  };
  return (await SingleCall.serve(mcpRequest, rules, { built, message, route, extra })) ?? ACCEPTED;
}
