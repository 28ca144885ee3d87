import type { ServerResponse } from "node:http";
import type { ResponseHead } from "../../../adapters/aws/lambda-api/response-metadata.ts";
import { remapHeaders } from "./remapped-headers.ts";

/** An answer of the ingress itself. */
export interface IngressResponse {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  /** Value of `x-amzn-errortype`. */
  readonly errorType?: string;
  /** By which an API may give it a status and headers of its own ("Gateway response types"). */
  readonly responseType?: string;
  /** Those of the API's own. They reach the client under the names they have. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an answer of the ingress, unless the client got one already; breaks off a stream that has begun. */
export function sendOwn(response: ServerResponse, answer: IngressResponse): void {
  if (response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, body, contentType, errorType, headers } = answer;
  const standard = { "content-type": contentType, ...(errorType && { "x-amzn-errortype": errorType }) };
  response.writeHead(status, { ...standard, ...headers });
  response.end(body);
}

/** Sends a function's answer whole, unless the client got one already. */
export function sendWhole(response: ServerResponse, { status, headers }: ResponseHead, body: Buffer): void {
  if (response.headersSent || response.destroyed) return;
  const { "content-length": claimed, ...seen } = remapHeaders(headers);
  // The ingress measures the body itself; answers from AWS carry the function's value under the other name.
  if (claimed) seen["x-amzn-remapped-content-length"] = claimed;
  response.writeHead(status, { ...seen, "content-length": body.length }).end(body);
}
