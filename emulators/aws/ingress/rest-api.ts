import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { parse, readHead } from "../../../adapters/aws/lambda-api/response-metadata.ts";
import type { LambdaFunction } from "../runtime/lambda-function.ts";
import type { Outcome } from "../runtime/outcome.ts";
import { traceId } from "../runtime/trace-id.ts";
import { type IngressResponse, sendOwn, sendWhole } from "./ingress-response.ts";
import { headerLines, receive } from "./received-request.ts";
import type { LambdaProxy, Mock, RestApiDefinition } from "./rest-definition.ts";
import { toRestEvent } from "./rest-event.ts";
import { customised, findRoute } from "./rest-routing.ts";
import * as rules from "./rest-rules.ts";
import { deliverStream } from "./stream-delivery.ts";
import { startTimeLimits, type TimeLimits } from "./time-limits.ts";

export interface RestApiOptions {
  readonly lambda: LambdaFunction;
  /** Stage in the client's path; undefined behind a custom domain. */
  readonly stage: string | undefined;
  readonly definition: RestApiDefinition;
  readonly timeScale: number;
  /** Receives the lines that the gateway would write to its execution log. */
  readonly log: (line: string) => void;
}

/** Emulates a Regional REST API. */
export function createRestApi(options: RestApiOptions): RequestListener {
  const { lambda, stage, definition, timeScale, log } = options;

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader("x-amzn-requestid", requestId);
    response.setHeader("x-amzn-trace-id", traceId(new Date()));
    response.setHeader("x-amz-apigw-id", "emulated=");
    const refusal = rules.refuse(`${message.method} ${message.url} HTTP/1.1`, headerLines(message));
    const received = await receive(message, rules.MAX_BODY_BYTES);
    if (refusal) return sendOwn(response, refusal);
    if (!received) return sendOwn(response, rules.BODY_TOO_LARGE);
    const path = rules.pathInStage(received.path, stage);
    if (path === undefined) return sendOwn(response, rules.NO_SUCH_STAGE);
    if (stage === undefined && (path === "/ping" || path === "/sping")) return sendOwn(response, rules.HEALTHY);
    const request = { ...received, path };
    const route = findRoute(definition, request);
    if (!("resource" in route)) return own(response, route);
    const { binaryMediaTypes } = definition;
    if (route.integration.kind === "MOCK") return mock(route.integration, response, binaryMediaTypes.includes("*/*"));
    const { resource, parameters } = route;
    const event = toRestEvent(request, { stage, requestId, resource, parameters, binaryMediaTypes });
    return integrate(event, response, route.integration);
  }

  /** Sends a response of the gateway, customised as this API has it. */
  const own = (response: ServerResponse, answer: IngressResponse): void =>
    sendOwn(response, customised(answer, definition.gatewayResponses));

  /**
   * A request counts as binary where every media type does, and no template takes it then ("Content type conversions in API
   * Gateway"; aws-simple#167). The response's template becomes base64 likewise.
   */
  function mock({ status, headers, body, convertsToText }: Mock, response: ServerResponse, isBinary: boolean): void {
    if (isBinary && !convertsToText.request) {
      log("API Gateway: Execution failed due to configuration error: Unable to transform request");
      own(response, rules.INTERNAL_ERROR);
      return;
    }
    const text = isBinary && !convertsToText.response ? Buffer.from(body).toString("base64") : body;
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  }

  async function integrate(event: object, response: ServerResponse, integration: LambdaProxy): Promise<void> {
    const { streaming, timeoutMs } = integration;
    const limits = startTimeLimits({
      totalMs: timeScale * Math.min(timeoutMs, streaming ? rules.STREAM_LIMIT_MS : rules.BUFFERED_LIMIT_MS),
      ...(streaming && { idleMs: timeScale * rules.IDLE_LIMIT_MS }),
      // The function is not told and runs on.
      onExpired: () => own(response, rules.TIMED_OUT),
    });
    try {
      const outcome = await lambda.invoke(event, randomUUID());
      const problem = streaming ? await sendStreamed(outcome, response, limits) : sendBuffered(outcome, response);
      if (problem) own(response, problem);
    } finally {
      limits.stop();
    }
  }

  /** STREAM: the body follows as soon as metadata and delimiter were received. */
  async function sendStreamed(outcome: Outcome, response: ServerResponse, limits: TimeLimits): Promise<Problem> {
    if (outcome.kind !== "streamed") return explain(outcome) ?? malformed(rules.INTERNAL_ERROR);
    const delivered = await deliverStream({ response, body: outcome.body, onChunk: limits.touch });
    if (delivered === "malformed") return malformed(rules.INTERNAL_ERROR);
    return delivered === "broken" ? rules.BAD_GATEWAY : undefined;
  }

  /** BUFFERED: the function's JSON becomes the response. */
  function sendBuffered(outcome: Outcome, response: ServerResponse): Problem {
    if (outcome.kind !== "buffered") return explain(outcome) ?? malformed(rules.BAD_GATEWAY);
    const answer = parse(outcome.payload);
    const head = readHead(answer, rules.BUFFERED_KEYS);
    if (!head) return malformed(rules.BAD_GATEWAY);
    const { body = "", isBase64Encoded } = answer as { body?: unknown; isBase64Encoded?: unknown };
    if (typeof body !== "string") return malformed(rules.BAD_GATEWAY);
    sendWhole(response, head, Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8"));
    return undefined;
  }

  function explain(outcome: Outcome): Problem {
    if (outcome.kind === "refused") {
      return outcome.reason === "too large" ? rules.EVENT_TOO_LARGE : rules.INTERNAL_ERROR;
    }
    if (outcome.kind !== "failed") return undefined;
    log(`API Gateway: Lambda execution failed: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
    return rules.BAD_GATEWAY;
  }

  function malformed(answer: IngressResponse): IngressResponse {
    log("API Gateway: Execution failed due to configuration error: Malformed Lambda proxy response");
    return answer;
  }

  return (message, response) => {
    // Only the client's connection can still fail here.
    serve(message, response).catch(() => response.destroy());
  };
}

/** The response that replaces the function's, if there is one. */
type Problem = IngressResponse | undefined;
