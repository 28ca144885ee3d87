import { type JSONRPCRequest, ProtocolErrorCode } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import { bindToRequest, lacksScopes, takesHeaders } from "../server/request-binding.ts";
import type { BuiltServer } from "../server/sdk-server.ts";
import { SingleCall, type SingleCallRules } from "../server/single-call.ts";
import { MODERN_REVISION } from "./revision.ts";

export interface DirectCallOptions {
  readonly message: JSONRPCRequest;
  readonly mcpRequest: McpRequest;
  /** Given to handlers as `http.req`. */
  readonly webRequest: Request;
  readonly built: BuiltServer & { readonly isSdkV2: true };
}

/**
 * Serves a plain request over a transport of our own, with the SDK's dispatch, codec and validation, but without the web's
 * `Request`, `Response` and streams, which cost several times as much as all of these. Undefined when the request needs
 * the SDK's own entry. Throws Rejection.
 */
export async function callDirectly(options: DirectCallOptions): Promise<HttpResponse | undefined> {
  const { message, mcpRequest, webRequest, built } = options;
  const { server } = built;
  const { authInfo } = mcpRequest;
  if (!bindToRequest(built, message, MODERN_REVISION)) return undefined;
  if (message.method === "tools/call" && takesHeaders(server, String(message.params?.name))) return undefined;
  if (await lacksScopes(server, { request: message, ...(authInfo && { authInfo }) })) return undefined;
  const classification = { era: "modern", revision: MODERN_REVISION } as const;
  const extra = { request: webRequest, ...(authInfo && { authInfo }), classification };
  return SingleCall.serve(mcpRequest, RULES, { built, message, extra });
}

const RULES: SingleCallRules = {
  cancelsWithClient: true,
  // The SDK's status where the client left before there was a response.
  abandoned: { status: 499, headers: {} },
  // MCP 2026-07-28, Streamable HTTP; `LADDER_ERROR_HTTP_STATUS` of the SDK.
  refusalStatus: new Map([
    [ProtocolErrorCode.ParseError, 400],
    [ProtocolErrorCode.InvalidRequest, 400],
    [ProtocolErrorCode.MethodNotFound, 404],
    [ProtocolErrorCode.UnsupportedProtocolVersion, 400],
    // A malformed envelope: the SDK's own entry refuses it before it builds a server, in words of its own.
    [ProtocolErrorCode.InvalidParams, undefined],
  ]),
  // The one error of a handler that the specification gives a status (MCP 2026-07-28, Capabilities).
  handlerErrorStatus: new Map([[ProtocolErrorCode.MissingRequiredClientCapability, 400]]),
  /** MCP 2026-07-28 has no requests from servers, and the SDK sends none. */
  onServerRequest() {},
};
