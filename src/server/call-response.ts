import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { createMessageQueue, type MessageQueue } from "../http/message-queue.ts";
import { SSE_HEADERS, sseFrame } from "../http/sse.ts";

/** The HTTP answer to one call: a JSON body if the result comes first, an event stream once a notification came before it. */
export class CallAnswer {
  /** Undefined when the call was given up without one. */
  readonly response: Promise<HttpResponse | undefined>;
  readonly #onLeft: () => void;
  #resolve: (response: HttpResponse | undefined) => void = () => {};
  #stream: MessageQueue<JSONRPCMessage> | undefined;

  /** `onLeft` is called when whoever reads the stream stops. */
  constructor(onLeft: () => void = () => {}) {
    this.#onLeft = onLeft;
    this.response = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Sends what comes before the result. */
  send(message: JSONRPCMessage): void {
    if (!this.#stream) {
      this.#stream = createMessageQueue();
      this.#resolve({ status: 200, headers: SSE_HEADERS, body: this.#frames(this.#stream) });
    }
    this.#stream.push(message);
  }

  /** Sends the result, and ends. `status` is for an answer that is no stream. */
  end(result: JSONRPCMessage, status = 200): void {
    if (this.#stream) this.#stream.push(result);
    else this.#resolve({ status, headers: { "content-type": "application/json" }, body: JSON.stringify(result) });
    this.#stream?.end();
  }

  /** Ends without a result: a stream as it is, anything else with this. */
  giveUp(response: HttpResponse | undefined): void {
    this.#stream?.end();
    this.#resolve(response);
  }

  /** Unlike an async generator's, this iterator's `return` does not wait for a message that may never come. */
  #frames(messages: MessageQueue<JSONRPCMessage>): AsyncIterable<string> {
    const source = messages[Symbol.asyncIterator]();
    const onLeft = this.#onLeft;
    const body: AsyncIterableIterator<string> = {
      [Symbol.asyncIterator]: () => body,
      async next() {
        const { done, value } = await source.next();
        return done ? { done, value: undefined } : { done: false, value: sseFrame(JSON.stringify(value)) };
      },
      async return() {
        messages.end();
        onLeft();
        return { done: true, value: undefined };
      },
    };
    return body;
  }
}
