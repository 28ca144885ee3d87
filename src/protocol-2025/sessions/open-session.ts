import type { JSONRPCMessage, JSONRPCRequest, ServerCapabilities } from "@modelcontextprotocol/server";
import type { McpRequest } from "../../auth/request-context.ts";
import type { HttpResponse } from "../../http/http-handler.ts";
import { replayServer } from "../requests/replayed-server.ts";
import { unreachableClient } from "../unreachable-client.ts";
import type { SessionContext } from "./session-context.ts";

/** Serves `initialize`: what the server answers, with the id of the session that was kept of it. */
export async function openSession(
  context: SessionContext,
  request: JSONRPCRequest,
  mcpRequest: McpRequest,
): Promise<HttpResponse> {
  const { promise: answered, resolve } = Promise.withResolvers<JSONRPCMessage>();
  const replayed = await replayServer({
    createServer: context.createServer,
    requestContext: mcpRequest,
    services: context.openServices(mcpRequest, request),
    requestIds: new Set([request.id]),
    sink: {
      answered: resolve,
      asked({ method }) {
        throw unreachableClient(method, "its session is only being opened");
      },
      // There is no stream yet that could carry a notification.
      notified() {},
      announced() {},
    },
  });
  replayed.receive(request);
  const answer = await answered;
  replayed.close();
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(answer);
  if (!("result" in answer)) return { status: 200, headers, body };
  const { protocolVersion, capabilities } = answer.result as {
    protocolVersion: string;
    capabilities: ServerCapabilities;
  };
  const { id } = await context.sessions.create({
    principal: mcpRequest.principal,
    protocolVersion,
    initialize: request.params ?? {},
    capabilities,
    subscriptions: [],
  });
  return { status: 200, headers: { ...headers, "mcp-session-id": id }, body };
}
