import type { UrlEvent } from "../lambda-event.ts";

/**
 * The address that a function is told it is called at, where nobody says otherwise. No such host can exist (RFC 6761
 * §6.4), so nothing can mistake it for a place on the network.
 */
export const INVOKED_URL = "https://lambda.invalid/mcp";

/**
 * Nothing attests the address of a client that invokes, and it could claim any. It must not be one of loopback's:
 * servers are wary of foreign names on that interface.
 */
const NO_ADDRESS = "0.0.0.0";

/** An HTTP request as a Function URL hands it to a function: payload 2.0 ("Invoking Lambda function URLs"). */
export function toInvokeEvent(url: URL, init: RequestInit, requestId: string): UrlEvent {
  const { method = "GET", body } = init;
  const headers = Object.fromEntries(new Headers(init.headers));
  // A header of the caller's own says what host the function answers to.
  const { host = url.host, "user-agent": userAgent = "mcp-anycloud" } = headers;
  const query = url.search.slice(1);
  const now = new Date();
  const event = {
    version: "2.0",
    routeKey: "$default",
    rawPath: url.pathname,
    rawQueryString: query,
    headers: { ...headers, host, "user-agent": userAgent, "x-forwarded-proto": "https", "x-forwarded-port": "443" },
    ...(query && { queryStringParameters: Object.fromEntries(url.searchParams) }),
    requestContext: {
      accountId: "anonymous",
      apiId: "invoked",
      domainName: host,
      domainPrefix: "invoked",
      http: { method, path: url.pathname, protocol: "HTTP/1.1", sourceIp: NO_ADDRESS, userAgent },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    // MCP's bodies are JSON, which Function URLs leave as text.
    ...(typeof body === "string" && { body }),
    isBase64Encoded: false,
  };
  return event;
}
