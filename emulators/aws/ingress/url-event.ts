import type { UrlEvent } from "../../../adapters/aws/lambda-event.ts";
import { forwardingHeaders, headerValue, type ReceivedRequest, requestTime } from "./received-request.ts";

/**
 * Media types whose bodies stay text; all others are sent in base64. "If the content type of the request is binary, the body
 * is base64-encoded" leaves the list open; this is the list that AWS documents for Lambda as a load balancer's target.
 */
const TEXT = /^(text\/.*|application\/(json|javascript|xml))$/;

/** Headers that concern only the client's connection, and `cookie`, which is a member of its own. */
const DROPPED = new Set([
  "connection",
  "cookie",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The event of payload 2.0, as Function URLs send it (Lambda Developer Guide, "Invoking Lambda function URLs"). */
export function toUrlEvent(request: ReceivedRequest, requestId: string): UrlEvent {
  const domainName = headerValue(request, "host") ?? "";
  const cookies = request.headers
    .filter(([name]) => name.toLowerCase() === "cookie")
    .flatMap(([, value]) => value.split(/;\s*/));
  const event = {
    version: "2.0",
    routeKey: "$default",
    rawPath: request.path,
    rawQueryString: request.query,
    ...(cookies.length > 0 && { cookies }),
    headers: commaJoined(request),
    ...(request.query && { queryStringParameters: queryParameters(request.query) }),
    requestContext: {
      accountId: "anonymous",
      apiId: "emulated",
      domainName,
      domainPrefix: "emulated",
      http: {
        method: request.method,
        path: request.path,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: headerValue(request, "user-agent") ?? "",
      },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: requestTime(request.receivedAt),
      timeEpoch: request.receivedAt.getTime(),
    },
    ...encodeBody(request),
  };
  return event;
}

function commaJoined(request: ReceivedRequest): Record<string, string> {
  const headers = new Map<string, string>();
  for (const [rawName, value] of request.headers) {
    const name = rawName.toLowerCase();
    if (DROPPED.has(name)) continue;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  for (const [name, value] of Object.entries(forwardingHeaders(request))) headers.set(name.toLowerCase(), value);
  return Object.fromEntries(headers);
}

function queryParameters(query: string): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
}

function encodeBody(request: ReceivedRequest): Pick<UrlEvent, "body" | "isBase64Encoded"> {
  if (request.body.length === 0) return { isBase64Encoded: false };
  const mediaType = headerValue(request, "content-type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const isBase64Encoded = !TEXT.test(mediaType);
  return { body: request.body.toString(isBase64Encoded ? "base64" : "utf8"), isBase64Encoded };
}
