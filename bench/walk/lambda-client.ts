import type { toLambda } from "../../adapters/aws/entry.ts";

/** Calls a function behind the Lambda adapter as Lambda does behind a streaming REST API. */
export interface LambdaClient {
  /** Sends one POST; resolves when the function has returned. `onMessage` sees each JSON-RPC message as it is written. */
  post(message: object, headers: Headers, onMessage?: (message: JsonRpc) => void): Promise<LambdaResponse>;
}

export type Headers = Readonly<Record<string, string>>;
export type JsonRpc = Readonly<Record<string, unknown>>;

interface LambdaResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly messages: readonly JsonRpc[];
}

interface Metadata {
  readonly statusCode: number;
  readonly headers: Headers;
}

/** Stands in for the runtime's response stream; the adapter's SSE frames and JSON bodies each come in one write. */
class ResponseStream {
  metadata: Metadata = { statusCode: 0, headers: {} };
  readonly messages: JsonRpc[] = [];
  readonly destroyed = false;
  readonly #onMessage: ((message: JsonRpc) => void) | undefined;

  constructor(onMessage: ((message: JsonRpc) => void) | undefined) {
    this.#onMessage = onMessage;
  }

  write(chunk: string): boolean {
    const texts = chunk.startsWith("{")
      ? [chunk]
      : Array.from(chunk.matchAll(/^data: (\{.*)$/gm), ([, data = ""]) => data);
    for (const text of texts) {
      const message: JsonRpc = JSON.parse(text);
      this.messages.push(message);
      this.#onMessage?.(message);
    }
    return true;
  }
  end(): void {}
  on(): void {}
  off(): void {}
}

export type LambdaFunction = ReturnType<typeof toLambda>;

const CONTEXT = { awsRequestId: "walk", getRemainingTimeInMillis: (): number => 30_000 };

/** Puts the global of Lambda's runtime in place, which the adapter looks for when it wraps a handler. */
export function provideLambdaRuntime(): void {
  const from = (stream: ResponseStream, metadata: Metadata): ResponseStream => Object.assign(stream, { metadata });
  const streamifyResponse = <Handler>(handler: Handler): Handler => handler;
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream: { from } } });
}

export function createLambdaClient(serve: LambdaFunction): LambdaClient {
  return {
    async post(message, headers, onMessage) {
      const stream = new ResponseStream(onMessage);
      await serve(toRestEvent(JSON.stringify(message), headers), stream, CONTEXT);
      const { statusCode: status, headers: responseHeaders } = stream.metadata;
      if (status >= 400) throw new Error(`The call was answered with ${status}: ${JSON.stringify(stream.messages)}`);
      return { status, headers: responseHeaders, messages: stream.messages };
    },
  };
}

/** API Gateway Developer Guide, "Input format of a Lambda function for proxy integration". */
function toRestEvent(body: string, headers: Headers) {
  const sent: Headers = {
    host: "walk.example",
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...headers,
  };
  return {
    httpMethod: "POST",
    path: "/mcp",
    headers: sent,
    multiValueHeaders: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
    multiValueQueryStringParameters: null,
    requestContext: { identity: { sourceIp: "192.0.2.1" } },
    body,
    isBase64Encoded: false,
  };
}
