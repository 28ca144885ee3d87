import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../../http/http-handler.ts";
import { createMessageQueue } from "../../http/message-queue.ts";
import { SSE_HEADERS, sseRetry } from "../../http/sse.ts";
import { frameOf, POLLING_SINCE, RETRY_MS } from "../streams/stream-frames.ts";
import { openStreamWriter, type StreamEvent, type StreamWriterOptions } from "../streams/stream-writer.ts";

/** The HTTP answer to the requests of one POST, as their messages come in. */
export interface SessionAnswer {
  /** One JSON body if all answers come first and soon, else a stream of events. */
  readonly response: Promise<HttpResponse>;
  /** Takes a message; `pending` are the requests that are not answered after it. */
  push(message: JSONRPCMessage, pending: readonly RequestId[]): void;
  /** No further answer will come. */
  end(): void;
  /** Answers with this instead, unless something has been sent. False when it was too late. */
  replace(response: HttpResponse): boolean;
  /** Nobody reads any further; what comes is logged. */
  detach(): void;
  /** Whether the client could come back for what it has not been sent. */
  isResumable(): boolean;
  /** Lets the client go, for it to come back and resume, as soon as it can. */
  hangUp(): void;
  /** Settles when a stream has ended; at once if the answer is none. */
  logged(): Promise<void>;
}

export interface SessionAnswerOptions extends Omit<StreamWriterOptions, "deliver"> {
  readonly canStream: boolean;
  /** The requests came as a batch, and so do their answers. */
  readonly isBatch: boolean;
  readonly protocolVersion: string;
  /** Milliseconds after which an answer that is still not there becomes a stream, so that its client can resume it. */
  readonly streamAfterMs: number;
}

/** Decides once between one JSON body and a stream. Nothing is written to the store for a body. */
export function createSessionAnswer(options: SessionAnswerOptions): SessionAnswer {
  const { canStream, isBatch, requests, streamAfterMs, protocolVersion } = options;
  const { promise: response, resolve } = Promise.withResolvers<HttpResponse>();
  const events = createMessageQueue<StreamEvent | { readonly retryMs: number }>();
  const answers: JSONRPCMessage[] = [];
  let left = requests;
  let decided = false;
  let attached = true;
  let resumable = false;
  let leaving = false;
  let writer: ReturnType<typeof openStreamWriter> | undefined;
  const timer = canStream ? setTimeout(() => stream([]), streamAfterMs) : undefined;

  function decide(answer: HttpResponse): void {
    decided = true;
    clearTimeout(timer);
    resolve(answer);
  }

  function stream(messages: readonly JSONRPCMessage[]): void {
    writer = openStreamWriter({
      ...options,
      requests: left,
      deliver(event) {
        if (!attached) return false;
        events.push(event);
        // Earlier clients are not told an id without a message.
        resumable ||= event.id !== undefined && (event.message !== undefined || protocolVersion >= POLLING_SINCE);
        if (leaving && resumable) letGo();
        return true;
      },
    });
    void writer.ended.then(() => events.end());
    if (answers.length + messages.length > 0) writer.write([...answers, ...messages], left);
    decide({ status: 200, headers: SSE_HEADERS, body: framesOf(events, protocolVersion) });
  }

  function wholeBody(): HttpResponse {
    const body = JSON.stringify(isBatch ? answers : answers[0]);
    return { status: 200, headers: { "content-type": "application/json" }, body };
  }

  function detach(): void {
    attached = false;
    events.end();
  }

  function letGo(): void {
    events.push({ retryMs: RETRY_MS });
    detach();
  }

  return {
    response,
    push(message, pending) {
      const isAnswer = !("method" in message);
      left = pending;
      if (writer) writer.write([message], pending);
      else if (decided) return;
      else if (!isAnswer && canStream) stream([message]);
      else if (isAnswer) {
        answers.push(message);
        if (pending.length === 0) decide(wholeBody());
      }
    },
    end() {
      if (writer) writer.write([], []);
      else if (!decided) decide(answers.length > 0 ? wholeBody() : { status: 202, headers: {} });
    },
    replace(other) {
      if (decided) return false;
      decide(other);
      return true;
    },
    detach,
    isResumable: () => resumable && attached,
    hangUp() {
      if (!decided && canStream) stream([]);
      // Not before it knows an id to come back with.
      leaving = true;
      if (writer && resumable) letGo();
    },
    logged: async () => writer?.ended,
  };
}

async function* framesOf(
  events: AsyncIterable<StreamEvent | { readonly retryMs: number }>,
  protocolVersion: string,
): AsyncGenerator<string, void> {
  for await (const event of events) {
    if ("retryMs" in event) yield sseRetry(event.retryMs);
    else yield frameOf(event, protocolVersion);
  }
}
