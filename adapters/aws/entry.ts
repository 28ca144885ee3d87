import { AnycloudError, catchErrors, containUnhandledRejections, type HttpHandler } from "../../src/adapter.ts";
import { openInvocation } from "./invocation.ts";
import type { TakeJob } from "./jobs/job-event.ts";
import type { LambdaEvent } from "./lambda-event.ts";
import { type LambdaContext, lambdaRuntime, type ResponseStream } from "./lambda-runtime.ts";
import { toRequest } from "./request.ts";
import { type BufferedResponse, streamBody, toBuffered, toMetadata, withMultiValueHeaders } from "./response.ts";

export { platformIdentities } from "./identity.ts";

/** A Lambda handler for ingresses that stream. */
export type StreamingLambda = (event: LambdaEvent, stream: ResponseStream, context: LambdaContext) => Promise<void>;

/** Besides the handler of requests. */
export interface LambdaOptions {
  /** Takes the jobs of tasks: that of `createLambdaJobs`. Default: there are none. */
  readonly takeJob?: TakeJob;
}

/** A Lambda handler for ingresses that buffer. */
export type BufferedLambda = (event: LambdaEvent, context: LambdaContext) => Promise<BufferedResponse>;

/**
 * Serves API Gateway REST APIs in response transfer mode STREAM and Function URLs in invoke mode RESPONSE_STREAM.
 * Throws ENTRY_INVALID where there is no Node.js runtime of Lambda to stream through.
 */
export function toLambda(handler: HttpHandler, { takeJob }: LambdaOptions = {}): StreamingLambda {
  const { streamifyResponse, HttpResponseStream } = lambdaRuntime();
  containRejections();
  const serve = catchErrors(handler);
  return streamifyResponse(async (event: LambdaEvent, stream: ResponseStream, context: LambdaContext) => {
    const job = takeJob?.(event, context, serve);
    if (job) {
      await job;
      stream.end();
      return;
    }
    const request = toRequest(event);
    if ("elb" in event.requestContext) throw new AnycloudError("ENTRY_INVALID", NO_STREAM);
    const invocation = openInvocation({ event, context, canStream: true });
    try {
      const response = await serve(request, invocation.facts);
      await streamBody(response, HttpResponseStream.from(stream, toMetadata(response)));
    } finally {
      await invocation.close();
    }
  });
}

const NO_STREAM =
  "An Application Load Balancer takes whole answers only: set the function's handler to index.bufferedHandler.";

/** Serves API Gateway REST APIs, HTTP APIs and Function URLs that buffer, and Application Load Balancers. */
export function toBufferedLambda(handler: HttpHandler, { takeJob }: LambdaOptions = {}): BufferedLambda {
  containRejections();
  const serve = catchErrors(handler);
  return async (event, context) => {
    const job = takeJob?.(event, context, serve);
    // Nobody reads the answer to an asynchronous invocation.
    if (job) return job.then(() => ({ statusCode: 204, headers: {}, body: "", isBase64Encoded: false }));
    const request = toRequest(event);
    const invocation = openInvocation({ event, context, canStream: false });
    try {
      const response = await toBuffered(await serve(request, invocation.facts));
      return "elb" in event.requestContext && "multiValueHeaders" in event ? withMultiValueHeaders(response) : response;
    } finally {
      await invocation.close();
    }
  };
}

/**
 * Lambda's runtime ends the environment with every rejection (aws-lambda-nodejs-runtime-interface-client, index.mjs). What a
 * former request left behind can reject while the next one runs, because the environment was frozen in between.
 */
function containRejections(): void {
  const isRuntime = process.env.AWS_LAMBDA_RUNTIME_API !== undefined;
  containUnhandledRejections(isRuntime ? process.listeners("unhandledRejection") : []);
}
