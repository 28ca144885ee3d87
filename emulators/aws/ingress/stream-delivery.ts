import type { ServerResponse } from "node:http";
import { type ResponseHead, splitMetadata } from "../../../adapters/aws/lambda-api/response-metadata.ts";
import { drained } from "../../../adapters/shared/backpressure.ts";
import { remapHeaders } from "./remapped-headers.ts";

export interface StreamDelivery {
  readonly response: ServerResponse;
  readonly body: AsyncIterable<Buffer>;
  /** Status and headers, when the stream does not begin with them. */
  readonly head?: ResponseHead;
  readonly onChunk?: () => void;
}

/** `malformed`: metadata or delimiter are not what they should be. `broken`: the stream ended with an error. */
export type Delivered = "sent" | "malformed" | "broken";

/**
 * Passes a function's response on as it comes. It goes on reading when the client went away or got an error of the ingress:
 * Lambda does not tell the function, which runs to its end.
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

/** Reads the rest of a stream whose client is gone. */
async function drain(chunks: AsyncIterator<Buffer>): Promise<void> {
  try {
    while (!(await chunks.next()).done);
  } catch {
    // The response is over, so nobody could be told.
  }
}
