import { randomUUID } from "node:crypto";
import type { RestEvent } from "../../../adapters/aws/lambda-event.ts";
import { forwardingHeaders, headerValue, type ReceivedRequest, requestTime } from "./received-request.ts";

/**
 * Request headers that a Lambda proxy integration does not get: column "Request", `lambda`, of the table in "Amazon API
 * Gateway important notes". No event of API Gateway has `Content-Length`, although the table lets it through.
 */
const DROPPED = new Set([
  "connection",
  "content-length",
  "content-md5",
  "expect",
  "max-forwards",
  "proxy-authenticate",
  "server",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "www-authenticate",
  // "When sending requests … X-HTTP-Method-Override header, API Gateway overrides the method" (same page).
  "x-http-method-override",
]);

export interface RestEventOptions {
  /** Stage in the client's path; undefined behind a custom domain. */
  readonly stage: string | undefined;
  readonly requestId: string;
  /** Resource of the route: `/{proxy+}`. */
  readonly resource: string;
  /** Values of the resource's variables in the path, percent-encoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly binaryMediaTypes: readonly string[];
}

/** The proxy event of payload 1.0 for a request from whose path the stage was removed. */
export function toRestEvent(request: ReceivedRequest, options: RestEventOptions): RestEvent {
  const { resource, parameters, binaryMediaTypes } = options;
  const added = Object.entries(forwardingHeaders(request));
  const replaced = new Set(added.map(([name]) => name.toLowerCase()));
  const kept = request.headers.filter(
    ([name]) => !DROPPED.has(name.toLowerCase()) && !replaced.has(name.toLowerCase()),
  );
  const headers = multiValue([...kept, ...added]);
  const query = multiValue(parseQuery(request.query));
  const method = headerValue(request, "x-http-method-override") ?? request.method;
  const decoded = Object.entries(parameters).map(([name, value]) => [name, decode(value)]);
  const event = {
    resource,
    path: request.path,
    httpMethod: method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: request.query ? lastValues(query) : null,
    multiValueQueryStringParameters: request.query ? query : null,
    pathParameters: decoded.length > 0 ? Object.fromEntries(decoded) : null,
    stageVariables: null,
    requestContext: requestContext(request, { ...options, method }),
    ...encodeBody(request, binaryMediaTypes),
  };
  return event;
}

function requestContext(
  request: ReceivedRequest,
  { stage, requestId, resource, method }: RestEventOptions & { readonly method: string },
): RestEvent["requestContext"] {
  const context = {
    accountId: "123456789012",
    apiId: "emulated",
    domainName: headerValue(request, "host") ?? "",
    domainPrefix: "emulated",
    extendedRequestId: randomUUID(),
    httpMethod: method,
    identity: { sourceIp: request.sourceIp, userAgent: headerValue(request, "user-agent") ?? null },
    path: stage === undefined ? request.path : `/${stage}${request.path}`,
    protocol: "HTTP/1.1",
    requestId,
    requestTime: requestTime(request.receivedAt),
    requestTimeEpoch: request.receivedAt.getTime(),
    resourceId: "emulated",
    resourcePath: resource,
    stage: stage ?? "live",
  };
  return context;
}

/**
 * A body of a binary media type reaches the function unchanged, in base64 ("Binary media types for REST APIs in API Gateway"),
 * so that Lambda's 6 MB hold 4.5 MB of it. As text, a body that is not UTF-8 is altered, and each quote in JSON counts twice.
 */
function encodeBody(
  request: ReceivedRequest,
  binaryMediaTypes: readonly string[],
): Pick<RestEvent, "body" | "isBase64Encoded"> {
  const { body } = request;
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const [mediaType = ""] = (headerValue(request, "content-type") ?? "").split(";", 1);
  const isBinary = binaryMediaTypes.includes("*/*") || binaryMediaTypes.includes(mediaType.trim().toLowerCase());
  return { body: body.toString(isBinary ? "base64" : "utf8"), isBase64Encoded: isBinary };
}

/** "The semicolon character (;) is not supported for any request URL query string and results in the data being split." */
function parseQuery(query: string): Array<[string, string]> {
  return [...new URLSearchParams(query.replaceAll(";", "&"))];
}

function multiValue(lines: ReadonlyArray<readonly [string, string]>): Record<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const [name, value] of lines) grouped.set(name, [...(grouped.get(name) ?? []), value]);
  return Object.fromEntries(grouped);
}

function lastValues(grouped: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(grouped).map(([name, values]) => [name, values.at(-1) ?? ""]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
