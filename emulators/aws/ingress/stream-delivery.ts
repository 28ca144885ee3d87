import type { ServerResponse } from "node:http";
import { type ResponseHead, splitMetadata } from "../../../adapters/aws/lambda-api/response-metadata.ts";
import { drained } from "../../../adapters/shared/backpressure.ts";
import { remapHeaders } from "./remapped-headers.ts";

export interface StreamDelivery {
  readonly response: ServerResponse;
  readonly body: AsyncIterable<Buffer>;
  /** Status and headers, where the stream does not begin with them. */
  readonly head?: ResponseHead;
  readonly onChunk?: () => void;
}

/** `malformed`: metadata or delimiter are not what they should be. `broken`: the stream ended with an error. */
export type Delivered = "sent" | "malformed" | "broken";

/**
 * Passes a function's answer on as it comes. A client that went away, or that the ingress gave up on, is no reason to
 * stop reading: Lambda does not tell a function, and the function runs to its end.
 */
export async function deliverStream({ response, body, head, onChunk }: StreamDelivery): Promise<Delivered> {
  const chunks = watched(body, onChunk);
  try {
    const start = head ? { head, rest: Buffer.alloc(0) } : await splitMetadata(chunks);
    if (!start) {
      void drain(chunks);
      return "malformed";
    }
    await pump(response, start, chunks);
    return "sent";
  } catch {
    void drain(chunks);
    return "broken";
  }
}

async function pump(
  response: ServerResponse,
  { head, rest }: { readonly head: ResponseHead; readonly rest: Buffer },
  chunks: AsyncIterator<Buffer>,
): Promise<void> {
  if (isOpen(response)) {
    response.writeHead(head.status, remapHeaders(head.headers));
    response.flushHeaders();
    if (rest.length > 0) response.write(rest);
  }
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    if (isOpen(response) && !response.write(next.value)) await drained(response);
  }
  response.end();
}

function isOpen(response: ServerResponse): boolean {
  return !response.destroyed && !response.writableEnded;
}

async function* watched(body: AsyncIterable<Buffer>, onChunk?: () => void): AsyncGenerator<Buffer, undefined> {
  for await (const chunk of body) {
    onChunk?.();
    yield chunk;
  }
}

/** Reads a stream to its end that nobody listens to any more. */
async function drain(chunks: AsyncIterator<Buffer>): Promise<void> {
  try {
    while (!(await chunks.next()).done);
  } catch {
    // Nobody is left to learn how it ended.
  }
}
