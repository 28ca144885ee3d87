import { AnycloudError } from "../../src/adapter.ts";

/** What Lambda tells a function about one invocation (Lambda Developer Guide, "The Lambda context object in Node.js"). */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** The part of Lambda's response stream the adapter uses; every chunk leaves with its own write. */
export interface ResponseStream {
  readonly destroyed: boolean;
  write(chunk: string): boolean;
  end(): unknown;
  on(event: "drain" | "close", listener: () => void): unknown;
  off(event: "drain" | "close", listener: () => void): unknown;
}

/** Status and headers of a streamed answer, sent as JSON before the first byte of the body. */
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
 * The runtime this process runs on; throws `ENTRY_INVALID` elsewhere. Read here instead of being declared as a global,
 * which would clash with the declaration in `@types/aws-lambda` in users' projects.
 */
export function lambdaRuntime(): LambdaRuntime {
  const { awslambda } = globalThis as { awslambda?: LambdaRuntime };
  if (awslambda?.HttpResponseStream) return awslambda;
  throw new AnycloudError(
    "ENTRY_INVALID",
    "toLambda streams through the awslambda global of Lambda's Node.js runtime, and there is none here: run the entry on Lambda or with `mcp-anycloud dev --target aws`, or use toBufferedLambda.",
  );
}
