import { randomUUID } from "node:crypto";
import type { InvokeWithResponseStreamResponseEvent, LambdaClientConfig } from "@aws-sdk/client-lambda";
import type { FetchLike } from "@modelcontextprotocol/client";
import { AnycloudError } from "../../../src/adapter.ts";
import { notHttp, toFunctionFailure, toInvokeFailure } from "./failure.ts";
import type { InvokeClient } from "./invoke-client.ts";
import { toInvokeEvent } from "./invoke-event.ts";
import { type ResponseHead, splitMetadata } from "./response-metadata.ts";

/** `fetch` over Lambda's API in place of HTTP. */
export interface InvokeFetch {
  /** Rejects, or breaks the body off, with an `AnycloudError`, or with the reason of the signal. */
  readonly fetch: FetchLike;
  /** Ends the connections to AWS. Without it they stay open for as long as AWS keeps them, and hold up no process. */
  close(): Promise<void>;
}

/** Turns every request into one invocation of the function `name`, and its streamed answer into the response. */
export function createInvokeFetch(name: string, config: LambdaClientConfig): InvokeFetch {
  let client: Promise<InvokeClient> | undefined;

  async function load(): Promise<InvokeClient> {
    const { createInvokeClient } = await import("./invoke-client.ts");
    return createInvokeClient(config);
  }

  return {
    async fetch(url, init = {}) {
      const leaving = new AbortController();
      const signal = init.signal ? AbortSignal.any([init.signal, leaving.signal]) : leaving.signal;
      const reasonOf = (error: unknown): unknown => (signal.aborted ? signal.reason : toInvokeFailure(error, name));
      try {
        signal.throwIfAborted();
        client ??= load();
        const event = toInvokeEvent(new URL(url), init, randomUUID());
        const events = await (await client).invoke(name, JSON.stringify(event), signal);
        const chunks = payloadOf(events, name);
        const answer = await splitMetadata(chunks);
        if (!answer) throw notHttp(name);
        return toResponse(
          answer,
          toBody(answer.rest, chunks, reasonOf, () => leaving.abort()),
        );
      } catch (error) {
        const reason = reasonOf(error);
        // Ends the rest of an answer that nobody reads.
        leaving.abort();
        throw reason;
      }
    },
    async close() {
      // A client that could not be loaded has no connection.
      (await client?.catch(() => undefined))?.close();
    },
  };
}

/** The function's bytes. Throws when it failed, or when the stream ends without a word on how the function did. */
async function* payloadOf(
  events: AsyncIterable<InvokeWithResponseStreamResponseEvent>,
  name: string,
): AsyncGenerator<Buffer, undefined> {
  for await (const { PayloadChunk, InvokeComplete } of events) {
    if (PayloadChunk?.Payload) yield Buffer.from(PayloadChunk.Payload);
    if (InvokeComplete?.ErrorCode) throw toFunctionFailure(name, InvokeComplete.ErrorCode, InvokeComplete.ErrorDetails);
    if (InvokeComplete) return undefined;
  }
  throw new AnycloudError("INSTANCE_FAILED", `Lambda broke the answer of ${name} off: try again.`);
}

function toBody(
  start: Buffer,
  chunks: AsyncIterator<Buffer>,
  reasonOf: (error: unknown) => unknown,
  leave: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (start.length > 0) controller.enqueue(start);
    },
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(reasonOf(error));
      }
    },
    cancel: leave,
  });
}

/** Statuses that `Response` takes no body with (Fetch Standard, null body status). */
const WITHOUT_BODY = new Set([204, 205, 304]);

function toResponse({ head }: { readonly head: ResponseHead }, body: ReadableStream<Uint8Array>): Response {
  const headers = new Headers();
  for (const [name, value] of head.headers) headers.append(name, value);
  if (!WITHOUT_BODY.has(head.status)) return new Response(body, { status: head.status, headers });
  void body.cancel();
  return new Response(null, { status: head.status, headers });
}
