import type { IncomingMessage } from "node:http";
import type { HttpRequest } from "../../src/adapter.ts";

/** A request of `node:http`, with what Express (`originalUrl`) and the Functions Framework (the rest) add to it. */
export interface CloudRunRequest extends IncomingMessage {
  readonly originalUrl?: string;
  /** The body, which the framework has already read and inflated. */
  readonly rawBody?: Uint8Array;
  /** Present on every request of the framework (its execution_context.js). */
  readonly executionId?: string;
}

/** The request without its body: where it goes and what it says, as the client sent them. */
export function toRequestHead(incoming: CloudRunRequest): Omit<HttpRequest, "body"> {
  // `url` loses its beginning where the listener is mounted below a path of an Express application.
  const target = incoming.originalUrl ?? incoming.url ?? "/";
  const headers = joinHeaders(incoming.rawHeaders);
  const { method = "GET", rawBody } = incoming;
  if (target.startsWith("/")) return { method, url: target, headers: describe(headers, rawBody) };

  const [, authority = "", rest = ""] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
  // RFC 9112 §3.2.2: an absolute target names the host itself. Where Host says another, both are shown, so that
  // whoever checks it refuses the request instead of believing one of them.
  const host = headers.get("host");
  if (authority !== "" && host !== authority) headers.set("host", host ? `${host}, ${authority}` : authority);
  // `OPTIONS *` asks about the server and no path of it (RFC 9112 §3.2.4); `/*` names nothing anyone serves.
  const path = target === "*" ? target : rest;
  return { method, url: path.startsWith("/") ? path : `/${path}`, headers: describe(headers, rawBody) };
}

/**
 * Every line the client sent. `IncomingMessage.headers` drops repeated `authorization`, `host`, `content-type` and
 * others without a word; joined (RFC 9110 §5.3), a smuggled second value is there to be refused.
 */
function joinHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = rawHeaders[index + 1] as string;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}${name === "cookie" ? "; " : ", "}${value}`);
  }
  return headers;
}

/** The framework inflates a compressed body and leaves the headers as they were; they must describe what is there. */
function describe(headers: Map<string, string>, rawBody?: Uint8Array): Record<string, string> {
  if (rawBody && headers.has("content-encoding")) {
    headers.delete("content-encoding");
    headers.set("content-length", String(rawBody.byteLength));
  }
  // fromEntries defines its properties: a header called __proto__ is a name like any other.
  return Object.fromEntries(headers);
}
