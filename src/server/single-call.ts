import type {
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
  MessageExtraInfo,
} from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { toJsonText } from "../http/json-rpc.ts";
import { recordAnswer } from "../http/record/record-answer.ts";
import { SSE_HEADERS, sseFrame } from "../http/sse.ts";
import { TextStream } from "../http/text-stream.ts";
import { MAX_REPORT_LENGTH, toLimitedText } from "../limits/output.ts";
import type { ConnectionEvents } from "./connection-options.ts";
import type { McpRequest } from "./mcp-request.ts";
import type { BuiltServer } from "./sdk-server.ts";
import { ServerConnection } from "./server-connection.ts";
import type { ServerRoute } from "./server-factory.ts";

/** How the rules of a protocol era differ for one request. */
export interface SingleCallRules {
  /** Statuses of errors that precede a handler, by code. Undefined for an error that is responded to in another way. */
  readonly refusalStatus?: ReadonlyMap<number, number | undefined>;
  /** Statuses of errors of handlers, by code. */
  readonly handlerErrorStatus?: ReadonlyMap<number, number>;
  /** The response where the client left, or the server was closed, before there was one. Nobody receives it. */
  readonly abandoned: HttpResponse;
  /** Whether the handler is cancelled when the client leaves. */
  readonly cancelsWithClient: boolean;
  /** Settles before the result is sent; undefined where it can be sent at once. */
  beforeResult?(): Promise<void> | undefined;
  /** Throws what the server's own request rejects with. */
  onServerRequest(request: JSONRPCRequest): void;
}

export interface SingleCallOptions {
  readonly built: BuiltServer;
  readonly message: JSONRPCRequest;
  readonly route?: ServerRoute | undefined;
  /** Passed to handlers. */
  readonly extra: MessageExtraInfo;
}

const JSON_HEADERS = { "content-type": "application/json" };

/** The bytes in UTF-8 of one UTF-16 unit at most. */
const MAX_UNIT_BYTES = 3;

/** One request to a server and its HTTP response: a JSON body, or an event stream once a notification precedes the result. */
export class SingleCall implements ConnectionEvents {
  /** Undefined where the rules leave the response to others. */
  readonly response: Promise<HttpResponse | undefined>;
  readonly #mcpRequest: McpRequest;
  readonly #rules: SingleCallRules;
  readonly #onAbandoned = (): void => this.#abandon();
  /** Set when the connection is open. */
  connection: ServerConnection | undefined;
  #resolve: (response: HttpResponse | undefined) => void = () => {};
  #frames: TextStream | undefined;

  constructor(mcpRequest: McpRequest, rules: SingleCallRules) {
    this.#mcpRequest = mcpRequest;
    this.#rules = rules;
    this.response = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    mcpRequest.signal.addEventListener("abort", this.#onAbandoned, { once: true });
  }

  /** Opens the connection and sends the request. */
  static async serve(
    mcpRequest: McpRequest,
    rules: SingleCallRules,
    { built, message, route, extra }: SingleCallOptions,
  ): Promise<HttpResponse | undefined> {
    const call = new SingleCall(mcpRequest, rules);
    const { interceptor, maxOutputBytes, signal } = mcpRequest;
    const connection = await ServerConnection.open(built, {
      requestIds: [message.id],
      events: call,
      interceptor,
      route,
      maxOutputBytes,
      extra,
    });
    call.connection = connection;
    if (signal.aborted) call.#abandon();
    if (!signal.aborted || !rules.cancelsWithClient) connection.receive(message);
    return call.response;
  }

  onResponse(response: JSONRPCResponse, isRefusal: boolean): void {
    const flushed = this.#rules.beforeResult?.();
    if (flushed) void flushed.then(() => this.#finish(response, isRefusal));
    else this.#finish(response, isRefusal);
  }

  onNotification(notification: JSONRPCNotification): void {
    // One JSON body has no place for it.
    if (!this.#mcpRequest.canStream) return;
    if (!this.#frames) {
      this.#frames = new TextStream(this.#onAbandoned);
      this.#resolve({ status: 200, headers: SSE_HEADERS, body: this.#frames });
    }
    this.#frames.push(sseFrame(toJsonText(notification)));
  }

  onServerRequest(request: JSONRPCRequest): void {
    this.#rules.onServerRequest(request);
  }

  /** A single request has no session whose stream could carry it. */
  onSessionNotification(): void {}

  onClosed(): void {
    this.#respondAbandoned();
  }

  #finish(response: JSONRPCResponse, isRefusal: boolean): void {
    const { signal, maxOutputBytes, logFields } = this.#mcpRequest;
    const { refusalStatus, handlerErrorStatus } = this.#rules;
    let status: number | undefined = 200;
    if ("error" in response) {
      const { code } = response.error;
      if (isRefusal && refusalStatus?.has(code)) status = refusalStatus.get(code);
      else status = handlerErrorStatus?.get(code) ?? 200;
    }
    recordAnswer(logFields, response);
    const whole = toJsonText(response);
    const isShort = whole.length <= MAX_REPORT_LENGTH && whole.length * MAX_UNIT_BYTES <= maxOutputBytes;
    const text = isShort ? whole : toLimitedText(response, maxOutputBytes, whole);
    signal.removeEventListener("abort", this.#onAbandoned);
    if (this.#frames) {
      this.#frames.push(sseFrame(text));
      this.#frames.end();
    } else if (status === undefined) this.#resolve(undefined);
    else this.#resolve({ status, headers: JSON_HEADERS, body: text });
    this.connection?.end();
  }

  /** The client left. */
  #abandon(): void {
    if (this.#rules.cancelsWithClient) this.connection?.abort();
    this.#respondAbandoned();
  }

  #respondAbandoned(): void {
    this.#mcpRequest.logFields.outcome ??= "cancelled";
    this.#mcpRequest.signal.removeEventListener("abort", this.#onAbandoned);
    this.#frames?.end();
    this.#resolve(this.#rules.abandoned);
  }
}
