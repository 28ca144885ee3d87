import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { parse, readHead } from "../response-metadata.ts";
import { type FrontDoorAnswer, sendOwn, sendWhole } from "./front-door-answer.ts";
import type { LambdaFunction } from "./lambda-function.ts";
import type { Outcome } from "./outcome.ts";
import { headerLines, type ReceivedRequest, receive, traceId } from "./received-request.ts";
import { toRestEvent } from "./rest-event.ts";
import * as rules from "./rest-rules.ts";
import { deliverStream } from "./stream-delivery.ts";
import { startTimeLimits, type TimeLimits } from "./time-limits.ts";

export interface RestApiOptions {
  readonly lambda: LambdaFunction;
  /** Stage in the client's path; undefined behind a custom domain. */
  readonly stage: string | undefined;
  /** Response transfer mode STREAM; otherwise BUFFERED. */
  readonly streaming: boolean;
  readonly timeScale: number;
  /** Takes what the gateway would write to its execution log. */
  readonly log: (line: string) => void;
}

/** A Regional REST API with one Lambda proxy integration for every path and method. */
export function createRestApi(options: RestApiOptions): RequestListener {
  const { lambda, stage, streaming, timeScale, log } = options;

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
    return integrate({ ...received, path }, response, requestId);
  }

  async function integrate(request: ReceivedRequest, response: ServerResponse, requestId: string): Promise<void> {
    const limits = startTimeLimits({
      totalMs: timeScale * (streaming ? rules.STREAM_LIMIT_MS : rules.BUFFERED_LIMIT_MS),
      ...(streaming && { idleMs: timeScale * rules.IDLE_LIMIT_MS }),
      // The function is not told, and runs on.
      onExpired: () => sendOwn(response, rules.TIMED_OUT),
    });
    try {
      const outcome = await lambda.invoke(toRestEvent(request, { stage, requestId }), randomUUID());
      const problem = streaming ? await passOn(outcome, response, limits) : hand(outcome, response);
      if (problem) sendOwn(response, problem);
    } finally {
      limits.stop();
    }
  }

  /** STREAM: the payload follows as soon as metadata and delimiter are in. */
  async function passOn(outcome: Outcome, response: ServerResponse, limits: TimeLimits): Promise<Problem> {
    if (outcome.kind !== "streamed") return explain(outcome) ?? malformed(rules.INTERNAL_ERROR);
    const delivered = await deliverStream({ response, body: outcome.body, onChunk: limits.touch });
    if (delivered === "malformed") return malformed(rules.INTERNAL_ERROR);
    return delivered === "broken" ? rules.BAD_GATEWAY : undefined;
  }

  /** BUFFERED: the function's JSON becomes the response. */
  function hand(outcome: Outcome, response: ServerResponse): Problem {
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

  function malformed(answer: FrontDoorAnswer): FrontDoorAnswer {
    log("API Gateway: Execution failed due to configuration error: Malformed Lambda proxy response");
    return answer;
  }

  return (message, response) => {
    // What is left to fail here is the client's connection.
    serve(message, response).catch(() => response.destroy());
  };
}

/** What the client gets instead of the function's answer, if anything. */
type Problem = FrontDoorAnswer | undefined;
