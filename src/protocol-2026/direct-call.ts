import {
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResponse,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import { CallResponse } from "../http/call-response.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import { bindToRequest, takesHeaders } from "../server/request-binding.ts";
import type { SdkV2Server } from "../server/sdk-server.ts";
import { type ConnectionEvents, ServerConnection } from "../server/server-connection.ts";
import type { FastCall } from "./fast-path.ts";
import { MODERN_REVISION } from "./revision.ts";

export interface DirectCallOptions {
  readonly call: FastCall;
  readonly mcpRequest: McpRequest;
  /** Given to handlers as `http.req`. */
  readonly webRequest: Request;
  readonly server: SdkV2Server;
}

/**
 * Serves a call over a transport of our own, with the SDK's dispatch, codec and validation, but without the web's
 * `Request`, `Response` and streams, which cost several times as much as all of these. Undefined when the call needs the
 * SDK's own entry. Throws Rejection.
 */
export async function callDirectly(options: DirectCallOptions): Promise<HttpResponse | undefined> {
  const { call, mcpRequest, webRequest, server } = options;
  const { message, classification } = call;
  const { authInfo } = mcpRequest;
  if (!bindToRequest(server, message, MODERN_REVISION)) return undefined;
  if (message.method === "tools/call" && takesHeaders(server, String(message.params?.name))) return undefined;
  if (await lacksScopes(message, server, mcpRequest)) return undefined;
  const events = new DirectCallEvents(mcpRequest);
  const connection = await ServerConnection.open(server, {
    requestIds: [message.id],
    events,
    interceptor: mcpRequest.interceptor,
    extra: { request: webRequest, ...(authInfo && { authInfo }), classification },
  });
  return events.serve(connection, message);
}

/** Whether the SDK's own entry would refuse the caller for want of scopes. */
async function lacksScopes(
  request: JSONRPCRequest,
  server: SdkV2Server,
  { authInfo }: Pick<McpRequest, "authInfo">,
): Promise<boolean> {
  if (!("resolveScopeChallenge" in server)) return false;
  try {
    return (await server.resolveScopeChallenge({ request, ...(authInfo && { authInfo }) })) !== undefined;
  } catch {
    return true;
  }
}

/** Turns the messages of one call into its HTTP response. */
class DirectCallEvents implements ConnectionEvents {
  readonly #mcpRequest: McpRequest;
  readonly #response: CallResponse;
  readonly #abort = (): void => this.#connection?.abort();
  #connection: ServerConnection | undefined;
  #isMalformed = false;

  constructor(mcpRequest: McpRequest) {
    this.#mcpRequest = mcpRequest;
    this.#response = new CallResponse(this.#abort);
  }

  async serve(connection: ServerConnection, message: JSONRPCRequest): Promise<HttpResponse | undefined> {
    const { signal } = this.#mcpRequest;
    this.#connection = connection;
    if (signal.aborted) this.#abort();
    else {
      signal.addEventListener("abort", this.#abort);
      connection.receive(message);
    }
    return this.#isMalformed ? undefined : this.#response.response;
  }

  onResponse(response: JSONRPCResponse): void {
    const isRefusal = this.#connection?.isReceiving ?? false;
    // A malformed envelope: the SDK's own entry refuses it before it builds a server, in words of its own.
    this.#isMalformed = isRefusal && "error" in response && response.error.code === ProtocolErrorCode.InvalidParams;
    this.#response.finish(response, statusOf(response, isRefusal));
    this.#mcpRequest.signal.removeEventListener("abort", this.#abort);
    this.#connection?.end();
  }

  onNotification(notification: JSONRPCNotification): void {
    // One JSON body has no place for it.
    if (this.#mcpRequest.canStream) this.#response.notify(notification);
  }

  /** MCP 2026-07-28 has no requests from servers, and the SDK sends none. */
  onServerRequest(): void {}

  /** A stateless request has no stream for it. */
  onSessionNotification(): void {}

  onClosed(): void {
    this.#mcpRequest.signal.removeEventListener("abort", this.#abort);
    this.#response.abort(CLIENT_CLOSED_REQUEST);
  }
}

/** The SDK's status where the client left before there was a response. Nobody receives it. */
const CLIENT_CLOSED_REQUEST: HttpResponse = { status: 499, headers: {} };

/** Statuses of errors that precede a handler (MCP 2026-07-28, Streamable HTTP; `LADDER_ERROR_HTTP_STATUS` of the SDK). */
const REFUSAL_STATUS: Readonly<Record<number, number>> = {
  [ProtocolErrorCode.ParseError]: 400,
  [ProtocolErrorCode.InvalidRequest]: 400,
  [ProtocolErrorCode.MethodNotFound]: 404,
  [ProtocolErrorCode.UnsupportedProtocolVersion]: 400,
};

function statusOf(response: JSONRPCResponse, isRefusal: boolean): number {
  if (!("error" in response)) return 200;
  const { code } = response.error;
  // The one error of a handler that the specification gives a status (MCP 2026-07-28, Capabilities).
  if (code === ProtocolErrorCode.MissingRequiredClientCapability) return 400;
  return isRefusal ? (REFUSAL_STATUS[code] ?? 200) : 200;
}
