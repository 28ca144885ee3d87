import type { JSONRPCNotification, JSONRPCResponse } from "@modelcontextprotocol/server";
import type { HttpResponse } from "./http-handler.ts";
import { jsonResponse, toJsonText } from "./json-rpc.ts";
import { createMessageQueue, type MessageQueue } from "./message-queue.ts";
import { SSE_HEADERS, sseFrame } from "./sse.ts";

/** The HTTP response to one request: a JSON body, or an event stream once a notification comes before the result. */
export class CallResponse {
  readonly response: Promise<HttpResponse>;
  readonly #onReaderLeft: () => void;
  #resolve: (response: HttpResponse) => void = () => {};
  #frames: MessageQueue<{ readonly frame: string }> | undefined;

  /** `onReaderLeft` is called when the reader of the stream stops before its end. */
  constructor(onReaderLeft: () => void) {
    this.#onReaderLeft = onReaderLeft;
    this.response = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Sends a notification that precedes the result. */
  notify(notification: JSONRPCNotification): void {
    if (!this.#frames) {
      this.#frames = createMessageQueue();
      this.#resolve({ status: 200, headers: SSE_HEADERS, body: this.#body(this.#frames) });
    }
    this.#frames.push({ frame: sseFrame(toJsonText(notification)) });
  }

  /** Sends the result, and ends. `status` applies to a response that is no stream. */
  finish(message: JSONRPCResponse, status = 200): void {
    if (this.#frames) {
      this.#frames.push({ frame: sseFrame(toJsonText(message)) });
      this.#frames.end();
    } else this.#resolve(jsonResponse(status, toJsonText(message)));
  }

  /** Ends without a result: with `response`, unless a stream was begun. */
  abort(response: HttpResponse): void {
    this.#frames?.end();
    this.#resolve(response);
  }

  /** Unlike an async generator's, this iterator's `return` does not wait for a message that may never come. */
  #body(frames: MessageQueue<{ readonly frame: string }>): AsyncIterable<string> {
    const source = frames[Symbol.asyncIterator]();
    const onReaderLeft = this.#onReaderLeft;
    const body: AsyncIterableIterator<string> = {
      [Symbol.asyncIterator]: () => body,
      async next() {
        const { done, value } = await source.next();
        return done ? { done, value: undefined } : { done: false, value: value.frame };
      },
      async return() {
        frames.end();
        onReaderLeft();
        return { done: true, value: undefined };
      },
    };
    return body;
  }
}
