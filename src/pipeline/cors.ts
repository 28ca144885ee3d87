import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";

/** Headers that browser clients of both eras send; `mcp-param-*` is a family (MCP 2026-07-28, SEP-2243). */
const REQUEST_HEADERS = new Set([
  "accept",
  "authorization",
  "content-type",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
  "traceparent",
  "tracestate",
]);
/** Response headers that a web page may read. An adapter whose ingress renames one of them adds the other name. */
const RESPONSE_HEADERS = "www-authenticate, mcp-session-id, retry-after";
/** Browsers cap this; Chromium at two hours. */
const PREFLIGHT_MAX_AGE_SECONDS = 7200;

/** Answers a browser's preflight from an allowed origin (Fetch Standard §3.3.2). */
export function preflightResponse(request: HttpRequest): HttpResponse {
  const asked = (request.headers["access-control-request-headers"] ?? "").split(",");
  const names = asked.map((name) => name.trim().toLowerCase());
  const granted = names.filter((name) => REQUEST_HEADERS.has(name) || /^mcp-param-[\w-]+$/.test(name));
  return {
    status: 204,
    headers: {
      "access-control-allow-methods": "POST, GET, DELETE, OPTIONS",
      ...(granted.length > 0 && { "access-control-allow-headers": granted.join(", ") }),
      "access-control-max-age": String(PREFLIGHT_MAX_AGE_SECONDS),
    },
  };
}

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
