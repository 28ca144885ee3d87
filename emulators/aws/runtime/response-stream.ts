import type { IncomingMessage, ServerResponse } from "node:http";
import { MAX_STREAM_BYTES } from "./lambda-limits.ts";
import type { FunctionError, Outcome } from "./outcome.ts";

export interface ReceivedStream {
  /** The request in which the runtime posts the response. */
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Called when the whole response was received. */
  readonly onEnd: () => void;
  /** Why the runtime went away, if Lambda knows: the time limit, or how its process ended. */
  readonly failure: () => FunctionError | undefined;
}

/**
 * The response of a streaming function, passed on as the runtime posts it. An error after the first byte arrives in a
 * trailer (Lambda Developer Guide, "Building a custom runtime", response streaming).
 */
export function receiveStream(stream: ReceivedStream): Outcome {
  const contentType = stream.request.headers["content-type"] ?? "application/octet-stream";
  return { kind: "streamed", contentType, body: chunks(stream) };
}

async function* chunks({ request, response, onEnd, failure }: ReceivedStream): AsyncGenerator<Buffer> {
  let sentBytes = 0;
  try {
    for await (const chunk of request) {
      sentBytes += chunk.length;
      if (sentBytes > MAX_STREAM_BYTES) {
        throw brokenOff({
          errorType: "Function.ResponseSizeTooLarge",
          errorMessage: "A streamed answer ends at 200 MB.",
        });
      }
      yield chunk;
    }
  } catch (error) {
    const known = failure();
    throw known ? brokenOff(known) : error;
  }
  onEnd();
  response.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}');
  const { "lambda-runtime-function-error-type": errorType, "lambda-runtime-function-error-body": body = "" } =
    request.trailers;
  if (errorType) throw brokenOff({ errorType, errorMessage: "", ...decoded(body) });
}

/** The error of a response that breaks off; its cause is the function's error. */
function brokenOff(cause: FunctionError): Error {
  return new Error(`${cause.errorType} in the middle of the answer.`, { cause });
}

/** Decodes the trailer "Lambda-Runtime-Function-Error-Body": the error as JSON, in base64. */
function decoded(body: string): Partial<FunctionError> {
  try {
    return JSON.parse(Buffer.from(body, "base64").toString());
  } catch {
    return {};
  }
}
