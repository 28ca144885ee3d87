import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCResponse,
  type McpServer,
  ProtocolErrorCode,
  type Server,
} from "@modelcontextprotocol/server";
import type { McpRequest } from "../auth/request-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { CallAnswer } from "../server/call-response.ts";
import type { LazyServer } from "../server/lazy-server.ts";
import { standAside } from "../server/message-interceptor.ts";
import { bindToCall, lowLevel, takesHeaders } from "../server/request-binding.ts";
import { type CallEvents, type DirectLine, openDirectLine } from "../server/server-connection.ts";
import type { UsualCall } from "./fast-path.ts";

export interface DirectCall {
  readonly call: UsualCall;
  readonly mcpRequest: McpRequest;
  /** What handlers look at as the web's `Request`. */
  readonly webRequest: Request;
  readonly line: DirectLine;
  /** Takes the line back when the call is over. */
  readonly done: (line: DirectLine) => void;
  /** Takes the line back when the call is not for it. */
  readonly leave: (line: DirectLine) => void;
}

/** Where the client went before there was an answer; what the SDK answers then, to nobody. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * A line to what the exchange's factory makes. Undefined for what it throws, which has its answer in the SDK's own entry,
 * too, and for a server that is in use.
 */
export async function openLine(made: LazyServer): Promise<DirectLine | undefined> {
  const server = await made.get().catch(() => undefined);
  if (!server || lowLevel(server).transport) return undefined;
  standAside(server);
  return openDirectLine(server);
}

/**
 * Serves a usual call with the SDK's own dispatch, codec and validation, but without the web's `Request`, `Response` and
 * streams, which cost several times as much as all of these. Undefined when the call turns out to be unusual, before any
 * handler has run: then it is for the SDK's own entry. Throws Rejection.
 */
export async function callDirectly(options: DirectCall): Promise<HttpResponse | undefined> {
  const { call, mcpRequest, line, leave } = options;
  const { guard } = mcpRequest;
  const server = line.server as McpServer | Server;
  try {
    if (guard?.admit) await guard.admit(server);
    if (guard?.between.connected) await guard.between.connected(line.scopeResolver);
  } catch (error) {
    leave(line);
    throw error;
  }
  if (takesHeadersOf(call, server) || (await lacksScopes(call, server, mcpRequest))) {
    leave(line);
    return undefined;
  }
  if (mcpRequest.abandoned.aborted) {
    leave(line);
    return { status: CLIENT_CLOSED_REQUEST, headers: {} };
  }
  return new DirectExchange(options).answer;
}

/** Tools that take arguments from headers are refused in the words of the SDK. */
function takesHeadersOf({ message: { method, params } }: UsualCall, server: McpServer | Server): boolean {
  return method === "tools/call" && takesHeaders(server, String(params?.name));
}

/** And so are callers who lack scopes. */
async function lacksScopes(
  { message }: UsualCall,
  server: McpServer | Server,
  { authInfo }: McpRequest,
): Promise<boolean> {
  if (!("resolveScopeChallenge" in server)) return false;
  try {
    return (await server.resolveScopeChallenge({ request: message, ...(authInfo && { authInfo }) })) !== undefined;
  } catch {
    return true;
  }
}

/** One call on its line. */
class DirectExchange implements CallEvents {
  readonly #options: DirectCall;
  readonly #hangUp = (): void => this.#options.line.close();
  readonly #answer = new CallAnswer(this.#hangUp);

  constructor(options: DirectCall) {
    this.#options = options;
    const { call, mcpRequest, webRequest, line } = options;
    const { authInfo, abandoned } = mcpRequest;
    const { message, classification } = call;
    abandoned.addEventListener("abort", this.#hangUp);
    bindToCall(lowLevel(line.server as McpServer | Server), message, classification.revision ?? "");
    line.call(message, { request: webRequest, ...(authInfo && { authInfo }), classification }, this);
  }

  /** Undefined when the server turned the call away. */
  get answer(): Promise<HttpResponse | undefined> {
    return this.#answer.response;
  }

  notified(notification: JSONRPCNotification): void {
    // In one JSON body there is no place for it.
    if (this.#options.mcpRequest.canStream) this.#answer.send(this.#passOn(notification));
  }

  /** MCP 2026-07-28 has no requests from servers, and the SDK sends none. */
  asked(): void {}

  answered(response: JSONRPCResponse): void {
    const passed = this.#passOn(response);
    this.#answer.end(passed, statusOf(passed));
    this.#over();
    const { line, done } = this.#options;
    // After what the server does on its way back from sending.
    queueMicrotask(() => done(line));
  }

  turnedAway(): void {
    this.#options.mcpRequest.abandoned.removeEventListener("abort", this.#hangUp);
    this.#options.line.close();
    this.#answer.giveUp(undefined);
  }

  closed(): void {
    this.#over();
    this.#answer.giveUp({ status: CLIENT_CLOSED_REQUEST, headers: {} });
  }

  #over(): void {
    const { abandoned, guard } = this.#options.mcpRequest;
    abandoned.removeEventListener("abort", this.#hangUp);
    guard?.between.over?.();
  }

  #passOn(message: JSONRPCMessage): JSONRPCMessage {
    const { guard } = this.#options.mcpRequest;
    return guard ? guard.between.passOn(message) : message;
  }
}

/** The one error of a handler that the specification gives a status (MCP 2026-07-28, Capabilities). */
const statusOf = (response: JSONRPCMessage): number =>
  "error" in response && response.error.code === ProtocolErrorCode.MissingRequiredClientCapability ? 400 : 200;
