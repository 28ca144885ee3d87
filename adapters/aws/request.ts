import { AnycloudError, type HttpRequest } from "../../src/adapter.ts";
import { joinHeaders } from "../shared/join-headers.ts";
import { type AlbEvent, albHeaders, albQuery } from "./alb-event.ts";
import type { LambdaEvent, RestEvent, UrlEvent } from "./lambda-event.ts";
import { restPath, urlPath } from "./mount-prefix.ts";

/** The HTTP request that an event carries. Throws ENTRY_INVALID for an event of anything but HTTP. */
export function toRequest(event: LambdaEvent): HttpRequest {
  // Events of other services look alike: only the context tells who sent one.
  const { requestContext } = event as Partial<LambdaEvent>;
  const context = requestContext ?? {};
  if ("http" in context) return fromUrlEvent(event as UrlEvent);
  if ("identity" in context && "httpMethod" in event) return fromRestEvent(event as RestEvent);
  if ("elb" in context) return fromAlbEvent(event as AlbEvent);
  const message =
    "This function serves HTTP: invoke it through API Gateway, a Function URL or an Application Load Balancer.";
  throw new AnycloudError("ENTRY_INVALID", message);
}

function fromRestEvent(event: RestEvent): HttpRequest {
  const { path, resource, pathParameters } = event;
  const isMounted = resource !== undefined && path !== `/${pathParameters?.proxy}`;
  const query = Object.entries(event.multiValueQueryStringParameters ?? {})
    .flatMap(([name, values = []]) => values.map((value) => `${encode(name)}=${encode(value)}`))
    .join("&");
  return {
    method: event.httpMethod,
    url: toUrl(isMounted ? restPath(event) : path, query),
    ...toBody(event),
    headers: joinHeaders(Object.entries(event.multiValueHeaders ?? event.headers ?? {})),
  };
}

function fromUrlEvent(event: UrlEvent): HttpRequest {
  // Function URLs move the cookie header into a member of its own.
  const cookies: Array<[string, readonly string[]]> = event.cookies ? [["cookie", event.cookies]] : [];
  const { rawPath, routeKey, requestContext } = event;
  const isMounted = requestContext.stage !== "$default" || routeKey !== "$default";
  return {
    method: requestContext.http.method,
    url: toUrl(isMounted ? urlPath(event) : rawPath, event.rawQueryString),
    ...toBody(event),
    headers: joinHeaders([...Object.entries(event.headers), ...cookies]),
  };
}

const fromAlbEvent = (event: AlbEvent): HttpRequest => ({
  method: event.httpMethod,
  url: toUrl(event.path, albQuery(event)),
  ...toBody(event),
  headers: albHeaders(event),
});

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
