import type { IncomingMessage, ServerResponse } from "node:http";
import { MAX_STREAM_BYTES } from "./lambda-limits.ts";
import type { Outcome } from "./outcome.ts";

/**
 * The answer of a streaming function, passed on as the runtime posts it. An error after the first byte arrives in a
 * trailer (Lambda Developer Guide, "Building a custom runtime", response streaming).
 */
export function receiveStream(request: IncomingMessage, response: ServerResponse, onEnd: () => void): Outcome {
  const contentType = request.headers["content-type"] ?? "application/octet-stream";
  return { kind: "streamed", contentType, body: chunks(request, response, onEnd) };
}

async function* chunks(request: IncomingMessage, response: ServerResponse, onEnd: () => void): AsyncGenerator<Buffer> {
  let sentBytes = 0;
  for await (const chunk of request) {
    sentBytes += chunk.length;
    if (sentBytes > MAX_STREAM_BYTES)
      throw new Error("Function.ResponseSizeTooLarge: a streamed answer ends at 200 MB.");
    yield chunk;
  }
  onEnd();
  response.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}');
  const errorType = request.trailers["lambda-runtime-function-error-type"];
  if (errorType) throw new Error(`${errorType} in the middle of the answer.`);
}
