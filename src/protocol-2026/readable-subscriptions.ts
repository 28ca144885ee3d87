import { type JSONRPCRequest, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { ANYBODY } from "../auth/caller.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import { operationsOf, withoutSubscriptions } from "../server/operation.ts";

/**
 * A `subscriptions/listen` with the resources alone that its caller can read: the server is asked to read each of them
 * now. The SDK does not ask it, so that a caller whom it refuses would still learn of every change. A server that reads
 * nothing leaves the decision to the policy; callers that are not told apart can all read the same.
 */
export async function withReadableSubscriptions(
  mcpRequest: McpRequest,
  serve: (mcpRequest: McpRequest) => Promise<HttpResponse>,
): Promise<McpRequest> {
  if (mcpRequest.caller === ANYBODY) return mcpRequest;
  const message = mcpRequest.message as JSONRPCRequest;
  const unreadable = new Set<string>();
  for (const uri of new Set(operationsOf(message).map(({ name }) => name))) {
    // For a client that has left, no further server is built.
    const isReadable = !mcpRequest.signal.aborted && (await canRead(uri));
    if (!isReadable) unreadable.add(uri);
  }
  return unreadable.size > 0 ? { ...mcpRequest, message: withoutSubscriptions(message, unreadable) } : mcpRequest;

  async function canRead(uri: string): Promise<boolean> {
    const { body } = await serve(readRequest(mcpRequest, uri));
    const { error } = JSON.parse(typeof body === "string" ? body : "{}") as { error?: { code?: unknown } };
    return !error || error.code === ProtocolErrorCode.MethodNotFound;
  }
}

/** The request by which the same caller would read a resource. The policy has decided about it. */
function readRequest({ interceptor: _decided, ...listen }: McpRequest, uri: string): McpRequest {
  const { id, params } = listen.message as JSONRPCRequest;
  const method = "resources/read";
  const headers = { ...listen.request.headers, "mcp-method": method, "mcp-name": uri };
  const message = { jsonrpc: "2.0", id, method, params: { uri, _meta: params?._meta } };
  return { ...listen, request: { ...listen.request, headers }, message, canStream: false, logFields: {} };
}
