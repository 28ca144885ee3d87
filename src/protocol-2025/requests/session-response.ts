import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../../http/http-handler.ts";
import { jsonResponse } from "../../http/json-rpc.ts";
import { SSE_HEADERS, sseRetry } from "../../http/sse.ts";
import { TextStream } from "../../http/text-stream.ts";
import { framesOf, POLLING_SINCE, RETRY_MS } from "../streams/stream-frames.ts";
import { type StreamEvent, StreamWriter, type StreamWriterOptions } from "../streams/stream-writer.ts";

export interface SessionResponseOptions extends Omit<StreamWriterOptions, "deliver"> {
  readonly canStream: boolean;
  /** The requests came as a batch, and so do their responses. */
  readonly isBatch: boolean;
  readonly protocolVersion: string;
}

/**
 * The HTTP response to the requests of one POST: one JSON body if all responses come first and soon, otherwise a stream.
 * Decided once. Nothing is written to the store for a body.
 */
export class SessionResponse {
  readonly response: Promise<HttpResponse>;
  readonly #options: SessionResponseOptions;
  readonly #responses: JSONRPCMessage[] = [];
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #body = new TextStream();
  #resolve: (response: HttpResponse) => void = () => {};
  #pending: readonly RequestId[];
  #writer: StreamWriter | undefined;
  #isDecided = false;
  #isAttached = true;
  #hasId = false;
  #isLeaving = false;

  constructor(options: SessionResponseOptions) {
    this.#options = options;
    this.#pending = options.requests;
    this.response = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    const { canStream, timings } = options;
    this.#timer = canStream ? setTimeout(() => this.#stream([]), timings.streamAfterMs) : undefined;
  }

  /** Takes a message. `pending`: the requests that have no response after it. */
  push(message: JSONRPCMessage, pending: readonly RequestId[]): void {
    const isResponse = !("method" in message);
    this.#pending = pending;
    if (this.#writer) this.#writer.write([message], pending);
    else if (this.#isDecided) return;
    else if (!isResponse && this.#options.canStream) this.#stream([message]);
    else if (isResponse) {
      this.#responses.push(message);
      if (pending.length === 0) this.#decide(this.#wholeBody());
    }
  }

  /** No further response will come. */
  end(): void {
    if (this.#writer) this.#writer.write([], []);
    else this.#decide(this.#responses.length > 0 ? this.#wholeBody() : { status: 202, headers: {} });
  }

  /** Responds with this instead, unless something was sent. False when it was too late. */
  replace(response: HttpResponse): boolean {
    return this.#decide(response);
  }

  /** Nobody reads any further; messages are only logged. */
  detach(): void {
    this.#isAttached = false;
    this.#body.end();
  }

  /** Whether the client could come back for messages that it has not received. */
  get isResumable(): boolean {
    return this.#hasId && this.#isAttached;
  }

  /** Disconnects the client, for it to come back and resume, as soon as it knows an id to resume with. */
  disconnect(): void {
    if (!this.#isDecided && this.#options.canStream) this.#stream([]);
    this.#isLeaving = true;
    if (this.#writer && this.isResumable) this.#sendAway();
  }

  /** Settles when a stream has ended; at once for a response that is none. */
  async logged(): Promise<void> {
    await this.#writer?.ended;
  }

  #decide(response: HttpResponse): boolean {
    if (this.#isDecided) return false;
    this.#isDecided = true;
    clearTimeout(this.#timer);
    this.#resolve(response);
    return true;
  }

  #stream(messages: readonly JSONRPCMessage[]): void {
    this.#decide({ status: 200, headers: SSE_HEADERS, body: this.#body });
    const writer = new StreamWriter({
      ...this.#options,
      requests: this.#pending,
      deliver: (events) => this.#deliver(events),
    });
    this.#writer = writer;
    void writer.ended.then(this.#body.end);
    const first = [...this.#responses, ...messages];
    if (first.length > 0) writer.write(first, this.#pending);
  }

  #deliver(events: readonly StreamEvent[]): boolean {
    if (!this.#isAttached) return false;
    const { protocolVersion } = this.#options;
    // Earlier clients are not told an id without a message.
    this.#hasId ||= events.some(({ position, message }) => position && (message || protocolVersion >= POLLING_SINCE));
    this.#body.push(framesOf(events, protocolVersion));
    if (this.#isLeaving && this.#hasId) this.#sendAway();
    return true;
  }

  #sendAway(): void {
    this.#body.push(sseRetry(RETRY_MS));
    this.detach();
  }

  #wholeBody(): HttpResponse {
    const texts = this.#responses.map((response) => JSON.stringify(response));
    return jsonResponse(200, this.#options.isBatch ? `[${texts.join()}]` : (texts[0] ?? ""));
  }
}
