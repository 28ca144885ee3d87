import { AnycloudError } from "../../src/adapter.ts";

/** Lambda's facts about one invocation (Lambda Developer Guide, "The Lambda context object in Node.js"). */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** The part of Lambda's response stream that the adapter uses. Lambda sends each `write` at once. */
export interface ResponseStream {
  readonly destroyed: boolean;
  write(chunk: string): boolean;
  end(): unknown;
  on(event: "drain" | "close", listener: () => void): unknown;
  off(event: "drain" | "close", listener: () => void): unknown;
}

/** Status and headers of a streamed response, which Lambda sends as JSON before the body. */
export interface ResponseMetadata {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** The `awslambda` global of the managed Node.js runtimes ("Writing response streaming-enabled Lambda functions"). */
export interface LambdaRuntime {
  streamifyResponse<Handler>(handler: Handler): Handler;
  readonly HttpResponseStream: {
    from(stream: ResponseStream, metadata: ResponseMetadata): ResponseStream;
  };
}

/**
 * The runtime of this process; throws ENTRY_INVALID outside Lambda. It is not declared as a global, because that would
 * clash with `@types/aws-lambda` in users' projects.
 */
export function lambdaRuntime(): LambdaRuntime {
  const { awslambda } = globalThis as { awslambda?: LambdaRuntime };
  if (awslambda?.HttpResponseStream) return awslambda;
  throw new AnycloudError(
    "ENTRY_INVALID",
    "toLambda streams through the awslambda global of Lambda's Node.js runtime, and there is none here: run the entry on Lambda or with `mcp-anycloud dev --target aws`, or use toBufferedLambda.",
  );
}
