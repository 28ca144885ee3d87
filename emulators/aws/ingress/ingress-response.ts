import type { ServerResponse } from "node:http";
import type { ResponseHead } from "../../../adapters/aws/lambda-api/response-metadata.ts";
import { remapHeaders } from "./remapped-headers.ts";

/** A response of the ingress itself. */
export interface IngressResponse {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  /** Value of `x-amzn-errortype`. */
  readonly errorType?: string;
  /** Type under which an API may customise its status and headers ("Gateway response types"). */
  readonly responseType?: string;
  /** Headers of the API's customisation. The client gets them under these names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a response of the ingress, unless the client has one already; breaks off a stream that has begun. */
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

/** Sends a function's buffered response, unless the client has a response already. */
export function sendWhole(response: ServerResponse, { status, headers }: ResponseHead, body: Buffer): void {
  if (response.headersSent || response.destroyed) return;
  const { "content-length": claimed, ...seen } = remapHeaders(headers);
  // The ingress measures the body itself; responses from AWS carry the function's value under the other name.
  if (claimed) seen["x-amzn-remapped-content-length"] = claimed;
  response.writeHead(status, { ...seen, "content-length": body.length }).end(body);
}
