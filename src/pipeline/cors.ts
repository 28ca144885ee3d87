import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";

/** A name of a header (RFC 9110 §5.1), in lower case. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Response headers that a web page may read. An adapter whose ingress renames one of them adds the other name. */
const RESPONSE_HEADERS = "www-authenticate, mcp-session-id, retry-after";
/** Browsers cap this; Chromium at two hours. */
const PREFLIGHT_MAX_AGE_SECONDS = 7200;

/**
 * Answers a browser's preflight from an allowed origin (Fetch Standard §3.3.2). Every header is granted: what a page may send
 * depends on the ingress (API keys, signed requests, tracing), and no decision trusts a header because no page could send it.
 */
export function preflightResponse(request: HttpRequest): HttpResponse {
  const asked = (request.headers["access-control-request-headers"] ?? "").split(",");
  const names = asked.map((name) => name.trim().toLowerCase());
  const granted = names.filter((name) => HEADER_NAME.test(name));
  return {
    status: 204,
    headers: {
      "access-control-allow-methods": "POST, GET, DELETE, OPTIONS",
      ...(granted.length > 0 && { "access-control-allow-headers": granted.join(", ") }),
      "access-control-max-age": String(PREFLIGHT_MAX_AGE_SECONDS),
    },
  };
}

/** The response that every page may read. */
export const readableByAll = (response: HttpResponse): HttpResponse => ({
  ...response,
  headers: { ...response.headers, "access-control-allow-origin": "*" },
});

/** The response as the page at `origin` may read it. Credentials are never allowed: tokens travel in `Authorization`. */
export function readableBy(origin: string, response: HttpResponse): HttpResponse {
  return {
    ...response,
    headers: {
      ...response.headers,
      "access-control-allow-origin": origin,
      "access-control-expose-headers": RESPONSE_HEADERS,
      vary: "origin",
    },
  };
}
