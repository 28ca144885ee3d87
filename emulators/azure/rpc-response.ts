import type { ServerResponse } from "node:http";
import { type FrontEndRequest, refuse } from "./front-end.ts";
import { gather } from "./trigger-metadata.ts";
import type { InvocationResult, RpcHttp } from "./worker-protocol.ts";

/**
 * The request inside the message of the invocation, for an app that did not set `enableHttpStream` (azure-functions-host,
 * GrpcMessageConversionExtensions.ToRpcHttp).
 */
export function toRpcHttp(request: FrontEndRequest, params: Readonly<Record<string, string>>, body: Buffer): RpcHttp {
  const headers = gather(request.headers, ",");
  return {
    method: request.method,
    url: `http://${headers.host ?? ""}${request.path}${request.query}`,
    nullableHeaders: nullable(headers),
    nullableParams: nullable(params),
    nullableQuery: nullable(gather(new URLSearchParams(request.query), ",")),
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

const nullable = (values: Readonly<Record<string, string>>): Record<string, { value: string }> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));

/** Sends the response inside the invocation's result. */
export function sendRpcHttp({ error, returnValue }: InvocationResult, response: ServerResponse): void {
  const http = returnValue?.http;
  if (error !== undefined || !http) {
    // No return value means 204 (functions-bindings-http-webhook-output).
    refuse(response, error === undefined ? 204 : 500);
    return;
  }
  const cookies = (http.cookies ?? []).map(({ name, value }) => `${name}=${value}`);
  const body = http.body?.bytes ?? Buffer.from(http.body?.string ?? http.body?.json ?? "");
  response
    .writeHead(Number(http.statusCode ?? 200), {
      ...http.headers,
      ...(cookies.length > 0 && { "set-cookie": cookies }),
    })
    .end(body);
}
