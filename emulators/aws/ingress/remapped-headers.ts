import type { HeaderLine } from "../../../adapters/aws/lambda-api/response-metadata.ts";

/**
 * Response headers of a function that the client gets under another name: column "Response", `lambda`, of the table in the
 * API Gateway Developer Guide, "Amazon API Gateway important notes", notes for REST APIs. Function URLs treat
 * `WWW-Authenticate`, `Content-Length` and `Date` in the same way without documenting it, so the table serves both.
 */
const REMAPPED = new Set([
  "authorization",
  "connection",
  "content-md5",
  "date",
  "max-forwards",
  "server",
  "user-agent",
  "www-authenticate",
  // Not in the table: the ingress sets its own, and responses from AWS carry the function's value under the new name.
  "x-amzn-requestid",
]);
/** Response headers that the client does not get (the same table). */
const DROPPED = new Set([
  "expect",
  "host",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
]);

/** The headers that the client gets of those in a function's response. Names in lower case, repeated ones as a list. */
export function remapHeaders(lines: Iterable<HeaderLine>): Record<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const [rawName, value] of lines) {
    const name = rawName.toLowerCase();
    if (DROPPED.has(name)) continue;
    const seen = REMAPPED.has(name) ? `x-amzn-remapped-${name}` : name;
    headers.set(seen, [...(headers.get(seen) ?? []), value]);
  }
  // "API Gateway includes a Content-Type header for all integration responses. By default … application/json."
  if (!headers.has("content-type")) headers.set("content-type", ["application/json"]);
  return Object.fromEntries(headers);
}
