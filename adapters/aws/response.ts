import type { HttpResponse } from "../../src/adapter.ts";
import { drained } from "../shared/backpressure.ts";
import type { ResponseMetadata, ResponseStream } from "./lambda-runtime.ts";

const EXPOSE_HEADERS = "access-control-expose-headers";
/**
 * The name that REST APIs give to a function's `WWW-Authenticate` (API Gateway Developer Guide, "Amazon API Gateway
 * important notes"). Function URLs do the same without documenting it.
 */
const REMAPPED_CHALLENGE = "x-amzn-remapped-www-authenticate";

/** A whole response, in the form that payloads 1.0 and 2.0 share. */
export interface BufferedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** The form for a load balancer that was told to send several values of a header: it reads no other headers then. */
export const withMultiValueHeaders = (response: BufferedResponse): BufferedResponse => ({
  ...response,
  multiValueHeaders: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, [value]])),
});

/** Status and headers of a streamed response. Function URLs take cookies in a member of their own. */
export function toMetadata({ status, headers }: HttpResponse): ResponseMetadata {
  const { "set-cookie": cookie, ...rest } = toHeaders(headers);
  return { statusCode: status, headers: rest, ...(cookie !== undefined && { cookies: [cookie] }) };
}

/** Writes the body and ends the stream. A body that throws rejects: the runtime then breaks the connection. */
export async function streamBody({ body = "" }: HttpResponse, stream: ResponseStream): Promise<void> {
  if (typeof body === "string") {
    // Lambda sends status and headers on the first write(), and end(body) does not count as one.
    stream.write(body);
  } else {
    // The client learns that its stream is open before there is an event.
    stream.write("");
    for await (const chunk of body) {
      if (!stream.write(chunk)) await drained(stream);
      if (stream.destroyed) throw new Error("Lambda closed the response stream before the answer was complete.");
    }
  }
  stream.end();
}

/** Collects a body that streams. */
export async function toBuffered({ status, headers, body = "" }: HttpResponse): Promise<BufferedResponse> {
  let whole = "";
  if (typeof body === "string") whole = body;
  else for await (const chunk of body) whole += chunk;
  return { statusCode: status, headers: toHeaders(headers), body: whole, isBase64Encoded: false };
}

/** Headers by their names in lower case. Web pages may read the challenge under the name that the ingress gives it. */
function toHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower: Record<string, string> = {};
  for (const name in headers) lower[name.toLowerCase()] = headers[name] ?? "";
  const exposed = lower[EXPOSE_HEADERS];
  if (exposed !== undefined) lower[EXPOSE_HEADERS] = `${exposed}, ${REMAPPED_CHALLENGE}`;
  return lower;
}
