import type { HttpRequest } from "../../src/adapter.ts";
import { joinHeaders } from "../shared/join-headers.ts";
import type { CloudRunRequest } from "./cloud-run-request.ts";
import { toBody } from "./connection/request-body.ts";

/** The request as the client sent it. `beforeRead` is called when somebody begins to read its body. */
export function toRequest(incoming: CloudRunRequest, beforeRead?: () => void): HttpRequest {
  const { method = "GET", rawBody } = incoming;
  // Express shortens `url` when the listener is mounted below a path.
  const { url, authority } = splitTarget(incoming.originalUrl ?? incoming.url ?? "/");
  const headers = joinHeaders(headerLines(incoming.rawHeaders));
  // RFC 9112 §3.2.2: an absolute target names the host itself. When Host names another one, both are shown, so that the
  // host check refuses the request instead of believing one of them.
  const body = toBody(incoming, headers, beforeRead);
  const { host } = headers;
  if (authority && host !== authority) headers.host = host ? `${host}, ${authority}` : authority;
  if (rawBody && headers["content-encoding"] !== undefined) {
    // The framework inflates a compressed body and leaves the headers as they were.
    delete headers["content-encoding"];
    headers["content-length"] = String(rawBody.byteLength);
  }
  return { method, url, headers, ...(body && { body }) };
}

/** Path and query of a request target, and the authority of an absolute one. */
function splitTarget(target: string): { readonly url: string; readonly authority?: string } {
  if (target.startsWith("/")) return { url: target };
  // `OPTIONS *` asks about the server and none of its paths (RFC 9112 §3.2.4); no server has the path `/*`.
  if (target === "*") return { url: "/*" };
  const [, authority = "", rest = ""] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
  return { url: rest.startsWith("/") ? rest : `/${rest}`, authority };
}

/**
 * Every header line of the client. `IncomingMessage.headers` silently drops repeated `authorization`, `host`,
 * `content-type` and others.
 */
function* headerLines(rawHeaders: readonly string[]): Generator<readonly [name: string, value: string]> {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    yield [rawHeaders[index] as string, rawHeaders[index + 1] as string];
  }
}
