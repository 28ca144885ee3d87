import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { headerValue, type ReceivedRequest, receive } from "../ingress/received-request.ts";
import type { LambdaFunction } from "../runtime/lambda-function.ts";
import { MAX_EVENT_BYTES } from "../runtime/lambda-limits.ts";
import type { FunctionError, Outcome } from "../runtime/outcome.ts";
import { createEventQueue, type EventQueueOptions } from "./event-queue.ts";
import { completeFrame, EVENT_STREAM, type InvokeComplete, payloadFrame } from "./event-stream.ts";
import { type ApiError, checkInvoke, THROTTLED, TOO_LARGE, UNKNOWN_OPERATION } from "./invoke-rules.ts";

/**
 * "POST /2021-11-15/functions/FunctionName/response-streaming-invocations?Qualifier=Qualifier HTTP/1.1", and
 * "POST /2015-03-31/functions/FunctionName/invocations?Qualifier=Qualifier HTTP/1.1"
 */
const INVOCATIONS =
  /^\/(2021-11-15\/functions\/(?<streamed>[^/]+)\/response-streaming-invocations|2015-03-31\/functions\/(?<asynchronous>[^/]+)\/invocations)$/;

/**
 * The part of Lambda's API that runs functions: InvokeWithResponseStream, and Invoke for asynchronous invocations (Lambda API
 * Reference), without the log that `X-Amz-Log-Type: Tail` asks for.
 */
export function createInvokeApi(lambda: LambdaFunction, options: EventQueueOptions): RequestListener {
  const events = createEventQueue(lambda, options);

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader("x-amzn-requestid", requestId);
    const received = await receive(message, MAX_EVENT_BYTES);
    if (!received) return refuse(response, TOO_LARGE);
    const { streamed, asynchronous } = INVOCATIONS.exec(received.path)?.groups ?? {};
    const functionName = streamed ?? asynchronous;
    if (received.method !== "POST" || functionName === undefined) return refuse(response, UNKNOWN_OPERATION);
    const checked = checkInvoke(toInvokeRequest(received, functionName), asynchronous !== undefined);
    if ("errorType" in checked) return refuse(response, checked);
    if (asynchronous !== undefined) {
      events.add(received.body.toString() || "{}", requestId);
      // "For asynchronous invocation, this status code is 202."
      return void response.writeHead(202).end();
    }
    response.setHeader("x-amz-executed-version", checked.version);
    // "For the DryRun invocation type, this status code is 204."
    if (headerValue(received, "x-amz-invocation-type") === "DryRun") return void response.writeHead(204).end();
    const event = JSON.parse(received.body.toString() || "{}");
    const outcome = await lambda.invoke(event, requestId);
    if (outcome.kind === "refused") return refuse(response, outcome.reason === "throttled" ? THROTTLED : TOO_LARGE);
    response.writeHead(200, { "content-type": EVENT_STREAM });
    for await (const frame of toFrames(outcome)) response.write(frame);
    response.end();
  }

  return (message, response) => {
    // Only the client's connection can still fail here.
    serve(message, response).catch(() => response.destroy());
  };
}

function toInvokeRequest(received: ReceivedRequest, functionName: string): Parameters<typeof checkInvoke>[0] {
  return {
    functionName: decodeURIComponent(functionName),
    qualifier: new URLSearchParams(received.query).get("Qualifier") ?? undefined,
    invocationType: headerValue(received, "x-amz-invocation-type"),
    authorization: headerValue(received, "authorization"),
    payload: received.body.toString(),
  };
}

/**
 * A function's response as events. A buffered response is one chunk, and `ErrorDetails` holds type and message; both are
 * assumptions about Lambda. Published clients recognise failed functions by the code "Unhandled".
 */
async function* toFrames(outcome: Exclude<Outcome, { kind: "refused" }>): AsyncGenerator<Uint8Array> {
  if (outcome.kind === "failed") return yield completeFrame(toComplete(outcome.error));
  if (outcome.kind === "buffered") {
    yield payloadFrame(Buffer.from(outcome.payload));
    return yield completeFrame({});
  }
  try {
    for await (const chunk of outcome.body) yield payloadFrame(chunk);
  } catch (error) {
    const cause = (error as Error).cause as FunctionError | undefined;
    return yield completeFrame(toComplete(cause ?? { errorType: "Runtime.ExitError", errorMessage: String(error) }));
  }
  yield completeFrame({});
}

const toComplete = ({ errorType, errorMessage }: FunctionError): InvokeComplete => ({
  ErrorCode: "Unhandled",
  ErrorDetails: JSON.stringify({ errorType, errorMessage }),
});

function refuse(response: ServerResponse, { status, errorType, body }: ApiError): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": errorType });
  response.end(JSON.stringify(body));
}
