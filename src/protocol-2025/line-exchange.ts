import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
  MessageExtraInfo,
} from "@modelcontextprotocol/server";
import type { McpRequest } from "../auth/request-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { CallAnswer } from "../server/call-response.ts";
import type { CallEvents, DirectLine } from "../server/server-connection.ts";
import { NO_SESSION, unreachableClient } from "./unreachable-client.ts";

export interface LineExchangeOptions {
  readonly message: JSONRPCRequest;
  readonly mcpRequest: McpRequest;
  readonly extra: MessageExtraInfo;
  readonly line: DirectLine;
  /** Takes the line back when the call is over. */
  readonly done: (line: DirectLine) => void;
}

/** Serves a request on a line. Throws Rejection. */
export async function serveOnLine(options: LineExchangeOptions): Promise<HttpResponse> {
  const { mcpRequest, line, done } = options;
  const { guard } = mcpRequest;
  try {
    if (guard?.admit) await guard.admit(line.server);
    if (guard?.between.connected) await guard.between.connected(line.scopeResolver);
  } catch (error) {
    done(line);
    throw error;
  }
  return new LineExchange(options).answer;
}

/** What is answered where nobody waits for more. */
export const ACCEPTED: HttpResponse = { status: 202, headers: {} };

/** A client that leaves has not cancelled (MCP 2025-11-25, Streamable HTTP): the server runs to its end, unheard. */
class LineExchange implements CallEvents {
  readonly #options: LineExchangeOptions;
  readonly #stop = (): void => this.#answer.giveUp(ACCEPTED);
  readonly #answer = new CallAnswer(this.#stop);

  constructor(options: LineExchangeOptions) {
    this.#options = options;
    const { message, mcpRequest, extra, line } = options;
    mcpRequest.abandoned.addEventListener("abort", this.#stop);
    if (mcpRequest.abandoned.aborted) this.#stop();
    line.call(message, extra, this);
  }

  get answer(): Promise<HttpResponse> {
    return this.#answer.response.then((response) => response ?? ACCEPTED);
  }

  notified(notification: JSONRPCNotification): void {
    // In one JSON body there is no place for it.
    if (this.#options.mcpRequest.canStream) this.#answer.send(this.#passOn(notification));
  }

  asked({ method }: JSONRPCRequest): void {
    throw unreachableClient(method, NO_SESSION);
  }

  answered(response: JSONRPCResponse): void {
    this.#answer.end(this.#passOn(response));
    this.#over();
    const { line, done } = this.#options;
    // After what the server does on its way back from sending.
    queueMicrotask(() => done(line));
  }

  turnedAway(response: JSONRPCResponse): void {
    this.answered(response);
  }

  closed(): void {
    this.#over();
    this.#stop();
  }

  #over(): void {
    const { abandoned, guard } = this.#options.mcpRequest;
    abandoned.removeEventListener("abort", this.#stop);
    guard?.between.over?.();
  }

  #passOn(message: JSONRPCMessage): JSONRPCMessage {
    const { guard } = this.#options.mcpRequest;
    return guard ? guard.between.passOn(message) : message;
  }
}
