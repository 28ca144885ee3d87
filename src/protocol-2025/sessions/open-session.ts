import type { JSONRPCRequest, JSONRPCResponse, ServerCapabilities } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../../http/http-handler.ts";
import { jsonResponse, plainMessage } from "../../http/json-rpc.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import { unreachableClient } from "../unreachable-client.ts";
import { openRestoredConnection } from "./restored-connection.ts";
import type { SessionContext } from "./session-context.ts";

/** Serves `initialize`: the server's response, with the id of the session that was created for it. */
export async function openSession(
  context: SessionContext,
  request: JSONRPCRequest,
  mcpRequest: McpRequest,
): Promise<HttpResponse> {
  const { promise: responded, resolve } = Promise.withResolvers<JSONRPCResponse>();
  const connection = await openRestoredConnection({
    createServer: context.createServer,
    mcpRequest,
    services: context.openServices(mcpRequest),
    requestIds: [request.id],
    events: {
      onResponse: resolve,
      onServerRequest({ method }) {
        throw unreachableClient(method, "its session is only being opened");
      },
      // No stream could carry a notification yet.
      onNotification() {},
      onSessionNotification() {},
    },
  });
  connection.receive(request);
  const response = plainMessage(await responded);
  connection.end();
  const body = JSON.stringify(response);
  if (!("result" in response)) return jsonResponse(200, body);
  const { protocolVersion, capabilities } = response.result as {
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
  return jsonResponse(200, body, { "mcp-session-id": id });
}
