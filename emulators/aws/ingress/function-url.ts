import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { parse, readHead } from "../../../adapters/aws/lambda-api/response-metadata.ts";
import type { LambdaFunction } from "../runtime/lambda-function.ts";
import { MAX_EVENT_BYTES } from "../runtime/lambda-limits.ts";
import type { Outcome } from "../runtime/outcome.ts";
import { traceId } from "../runtime/trace-id.ts";
import { type IngressResponse, sendOwn, sendWhole } from "./ingress-response.ts";
import { receive } from "./received-request.ts";
import { deliverStream } from "./stream-delivery.ts";
import { toUrlEvent } from "./url-event.ts";

export interface FunctionUrlOptions {
  readonly lambda: LambdaFunction;
  /** Invoke mode RESPONSE_STREAM; otherwise BUFFERED. */
  readonly streaming: boolean;
  /** Receives failures, for the developer. */
  readonly log: (line: string) => void;
}

/** Content type of a streamed response that begins with metadata. */
const WITH_METADATA = "application/vnd.awslambda.http-integration-response";

/** Lambda's refusal of an event over 6 MB (Lambda API Reference, Invoke, `RequestTooLargeException`, 413). */
const TOO_LARGE: IngressResponse = {
  status: 413,
  body: `{"Message":"Request must be smaller than ${MAX_EVENT_BYTES} bytes for the InvokeFunction operation"}`,
  contentType: "application/json",
  errorType: "RequestTooLargeException",
};

/** Lambda API Reference, Invoke, `TooManyRequestsException`, 429. */
const THROTTLED: IngressResponse = {
  status: 429,
  body: '{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
  contentType: "application/json",
  errorType: "TooManyRequestsException",
};

/** "5XX series codes indicate server-side errors, such as function errors and timeouts" ("Monitoring function URLs"). */
const BAD_GATEWAY: IngressResponse = { status: 502, body: "Internal Server Error", contentType: "text/plain" };

/** Emulates a function URL with auth type NONE. Its only time limit is the function's. */
export function createFunctionUrl({ lambda, streaming, log }: FunctionUrlOptions): RequestListener {
  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    // Request and invocation have the same id: "The ID of the invocation request".
    const requestId = randomUUID();
    response.setHeader("x-amzn-requestid", requestId);
    response.setHeader("x-amzn-trace-id", traceId(new Date()));
    const received = await receive(message, MAX_EVENT_BYTES);
    if (!received) return sendOwn(response, TOO_LARGE);
    const outcome = await lambda.invoke(toUrlEvent(received, requestId), requestId);
    const problem = streaming ? await sendStreamed(outcome, response) : sendBuffered(outcome, response);
    if (problem) sendOwn(response, problem);
  }

  async function sendStreamed(outcome: Outcome, response: ServerResponse): Promise<IngressResponse | undefined> {
    if (outcome.kind !== "streamed") return explain(outcome);
    const { contentType, body } = outcome;
    const head = { status: 200, headers: [["content-type", contentType]] as const };
    const delivered = await deliverStream({ response, body, ...(contentType !== WITH_METADATA && { head }) });
    return delivered === "sent" ? undefined : BAD_GATEWAY;
  }

  function sendBuffered(outcome: Outcome, response: ServerResponse): IngressResponse | undefined {
    if (outcome.kind !== "buffered") return explain(outcome);
    const answer = parse(outcome.payload);
    // "If your function returns valid JSON and doesn't return a statusCode": 200, application/json, the JSON itself.
    if (typeof answer !== "object" || answer === null || !("statusCode" in answer)) {
      sendWhole(response, { status: 200, headers: [] }, Buffer.from(outcome.payload));
      return undefined;
    }
    const head = readHead(answer, Object.keys(answer));
    if (!head) return BAD_GATEWAY;
    const { body = "", isBase64Encoded } = answer as { body?: unknown; isBase64Encoded?: unknown };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    sendWhole(response, head, Buffer.from(text, isBase64Encoded === true ? "base64" : "utf8"));
    return undefined;
  }

  function explain(outcome: Outcome): IngressResponse {
    if (outcome.kind === "refused") return outcome.reason === "too large" ? TOO_LARGE : THROTTLED;
    if (outcome.kind === "failed") {
      log(`Function URL: the function failed: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
    } else {
      log("Function URL: the handler and the invoke mode do not match: one streams, the other buffers.");
    }
    return BAD_GATEWAY;
  }

  return (message, response) => {
    // Only the client's connection can still fail here.
    serve(message, response).catch(() => response.destroy());
  };
}
