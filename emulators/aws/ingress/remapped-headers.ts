import type { HeaderLine } from "../../../adapters/aws/lambda-api/response-metadata.ts";

/**
 * What happens to a function's response headers on their way to the client: column "Response", `lambda`, of the table in
 * the API Gateway Developer Guide, "Amazon API Gateway important notes", notes for REST APIs. Function URLs are known to
 * treat `WWW-Authenticate`, `Content-Length` and `Date` alike and document none of it, so the same table serves both.
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
  // Not in the table: the ingress sets its own, and answers from AWS carry this one's value under the new name.
  "x-amzn-requestid",
]);
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

/** The headers a client sees of those a function answered with. Names in lower case, repeated ones as a list. */
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
