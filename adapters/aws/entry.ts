import { catchErrors, type HttpHandler, type HttpResponse } from "../../src/adapter.ts";
import { openInvocation } from "./invocation.ts";
import { type LambdaContext, lambdaRuntime, type ResponseMetadata, type ResponseStream } from "./lambda-runtime.ts";
import { type LambdaEvent, readEvent } from "./request.ts";

export { platformIdentities } from "./identity.ts";

/** What Lambda calls behind an ingress that streams. */
export type StreamingLambda = (event: LambdaEvent, stream: ResponseStream, context: LambdaContext) => Promise<void>;

/** What Lambda calls behind an ingress that buffers. */
export type BufferedLambda = (event: LambdaEvent, context: LambdaContext) => Promise<BufferedAnswer>;

/** An answer in one piece, as payloads 1.0 and 2.0 both take it. */
export interface BufferedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/**
 * Serves API Gateway REST APIs in response transfer mode STREAM and Function URLs in invoke mode RESPONSE_STREAM.
 * Throws `ENTRY_INVALID` where Lambda's Node.js runtime is not there to stream through.
 */
export function toLambda(handler: HttpHandler): StreamingLambda {
  const { streamifyResponse, HttpResponseStream } = lambdaRuntime();
  const answer = catchErrors(handler);
  return streamifyResponse(async (event: LambdaEvent, stream: ResponseStream, context: LambdaContext) => {
    const { request, client } = readEvent(event);
    const invocation = openInvocation({ context, client, canStream: true });
    try {
      const response = await answer(request, invocation.facts);
      await send(response, HttpResponseStream.from(stream, toMetadata(response)));
    } finally {
      // Lambda freezes the instance as soon as this function returns.
      await invocation.settled();
      invocation.close();
    }
  });
}

/** Serves API Gateway REST APIs, HTTP APIs and Function URLs that buffer; an answer that streams is collected first. */
export function toBufferedLambda(handler: HttpHandler): BufferedLambda {
  const answer = catchErrors(handler);
  return async (event, context) => {
    const { request, client } = readEvent(event);
    const invocation = openInvocation({ context, client, canStream: false });
    try {
      const { status, headers, body } = await answer(request, invocation.facts);
      return { statusCode: status, headers: lowerCase(headers), body: await collect(body), isBase64Encoded: false };
    } finally {
      await invocation.settled();
      invocation.close();
    }
  };
}

function toMetadata({ status, headers }: HttpResponse): ResponseMetadata {
  const { "set-cookie": cookie, ...rest } = lowerCase(headers);
  // Function URLs take cookies apart from the headers.
  return { statusCode: status, headers: rest, ...(cookie !== undefined && { cookies: [cookie] }) };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower: Record<string, string> = {};
  for (const name in headers) lower[name.toLowerCase()] = headers[name] ?? "";
  return lower;
}

async function send({ body = "" }: HttpResponse, stream: ResponseStream): Promise<void> {
  if (typeof body === "string") {
    // Status and headers leave with the first write, and end(body) would not count as one.
    stream.write(body);
  } else {
    // A client must learn that its stream is open before there is anything to say.
    stream.write("");
    for await (const chunk of body) {
      if (!stream.write(chunk)) await drained(stream);
      // What a body throws leaves through the runtime as an error trailer: Lambda then breaks the connection off.
      if (stream.destroyed) throw new Error("Lambda closed the response stream before the answer was complete.");
    }
  }
  stream.end();
}

function drained(stream: ResponseStream): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stream.off("drain", go);
      stream.off("close", go);
      resolve();
    };
    stream.on("drain", go);
    stream.on("close", go);
  });
}

async function collect(body: HttpResponse["body"] = ""): Promise<string> {
  if (typeof body === "string") return body;
  let whole = "";
  for await (const chunk of body) whole += chunk;
  return whole;
}
