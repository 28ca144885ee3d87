import { AnycloudError, type HttpRequest } from "../../src/adapter.ts";
import { joinHeaders } from "../shared/join-headers.ts";
import type { LambdaEvent, RestEvent, UrlEvent } from "./lambda-event.ts";

/** The HTTP request that an event carries. Throws ENTRY_INVALID for an event of anything but HTTP. */
export function toRequest(event: LambdaEvent): HttpRequest {
  if ("httpMethod" in event) return fromRestEvent(event);
  if ("rawPath" in event) return fromUrlEvent(event);
  const message =
    "This function serves HTTP: invoke it through API Gateway (payload 1.0) or a Function URL (payload 2.0).";
  throw new AnycloudError("ENTRY_INVALID", message);
}

function fromRestEvent(event: RestEvent): HttpRequest {
  const query = Object.entries(event.multiValueQueryStringParameters ?? {})
    .flatMap(([name, values = []]) => values.map((value) => `${encode(name)}=${encode(value)}`))
    .join("&");
  return {
    method: event.httpMethod,
    url: toUrl(event.path, query),
    ...toBody(event),
    headers: joinHeaders(Object.entries(event.multiValueHeaders ?? event.headers ?? {})),
  };
}

function fromUrlEvent(event: UrlEvent): HttpRequest {
  // Function URLs move the cookie header into a member of its own.
  const cookies: Array<[string, readonly string[]]> = event.cookies ? [["cookie", event.cookies]] : [];
  return {
    method: event.requestContext.http.method,
    url: toUrl(event.rawPath, event.rawQueryString),
    ...toBody(event),
    headers: joinHeaders([...Object.entries(event.headers), ...cookies]),
  };
}

function toUrl(path: string, query: string): string {
  // If an ingress decodes the path, a "?" or "#" in it must not turn the rest into a query.
  const safe = path.replace(/[^!"$->@-~]/gu, (character) => encode(character));
  return `${safe.startsWith("/") ? "" : "/"}${safe}${query && `?${query}`}`;
}

function encode(text: string): string {
  // JSON can carry a lone surrogate, which has no UTF-8 form and makes encodeURIComponent throw.
  return encodeURIComponent(text.toWellFormed());
}

function toBody({ body, isBase64Encoded }: LambdaEvent): { body?: string | Uint8Array } {
  if (!body) return {};
  return { body: isBase64Encoded ? Buffer.from(body, "base64") : body };
}
