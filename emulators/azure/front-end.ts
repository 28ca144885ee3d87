import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A request as the front end passes it on to an instance of the app. */
export interface FrontEndRequest {
  readonly method: string;
  /** Decoded, `%2F` excepted, without dot segments: as Kestrel reads it. */
  readonly path: string;
  /** As the client sent it, with the question mark; empty without one. */
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/**
 * Headers of a client that App Service's front end overwrites. That is documented only for `client-ip` ("App Service will
 * overwrite any existing header", https://github.com/Azure/app-service-linux-docs, headers.md); the others are listed in
 * https://github.com/Azure/azure-functions-host/issues/11254.
 */
const OWN_HEADERS = new Set([
  "client-ip",
  "disguised-host",
  "max-forwards",
  "was-default-hostname",
  "x-appservice-proto",
  "x-arr-log-id",
  "x-client-ip",
  "x-client-port",
  "x-forwarded-proto",
  "x-original-url",
  "x-site-deployment-id",
]);

/** Hosts that Kestrel accepts; others get 400 (HttpUtilities.ValidateHostHeader; HttpCharacters, host characters). */
const HOST = /^([a-z\d!$&'()._~-]*|\[[a-f\d:.]+\])(:\d+)?$/i;

/** The request after the front end and Kestrel; undefined when Kestrel responds with 400. */
export function receive(request: IncomingMessage): FrontEndRequest | undefined {
  const target = request.url ?? "";
  const mark = target.indexOf("?");
  const path = toPath(mark < 0 ? target : target.slice(0, mark));
  const headers = toHeaders(request);
  if (path === undefined || !headers) return undefined;
  return { method: request.method ?? "GET", path, query: mark < 0 ? "" : target.slice(mark), headers };
}

function toHeaders(request: IncomingMessage): [string, string][] | undefined {
  const { rawHeaders, socket, url, headers, headersDistinct } = request;
  // Kestrel: RequestRejectionReason.MultipleHostHeaders.
  if ((headersDistinct.host ?? []).length > 1) return undefined;
  if (!HOST.test(headers.host ?? "")) return undefined;
  const received: [string, string][] = [];
  const forwardedFor: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const value = toUtf8(rawHeaders[index + 1] ?? "");
    if (value === undefined) return undefined;
    if (name === "x-forwarded-for") forwardedFor.push(value);
    else if (!OWN_HEADERS.has(name)) received.push([name, value]);
  }
  const [ip, port, host] = [socket.remoteAddress ?? "", String(socket.remotePort), headers.host ?? ""];
  return [
    ...received,
    ["client-ip", `${ip}:${port}`],
    ["disguised-host", host],
    ["max-forwards", "10"],
    ["was-default-hostname", host],
    ["x-arr-log-id", randomUUID()],
    ["x-client-ip", ip],
    ["x-client-port", port],
    // The front end appends to it, so its beginning is whatever the client wrote.
    ["x-forwarded-for", [...forwardedFor, `${ip}:${port}`].join(", ")],
    ["x-forwarded-proto", "http"],
    ["x-original-url", url ?? ""],
  ];
}

/** Kestrel reads header values as UTF-8; others get 400 (KestrelServerOptions.RequestHeaderEncodingSelector). */
function toUtf8(latin1: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(latin1, "latin1"));
  } catch {
    return undefined;
  }
}

/**
 * The path as ASP.NET Core's `Request.Path` holds it: octets decoded where they are UTF-8, `%2F` kept, `.` and `..`
 * resolved (Kestrel: UrlDecoder, PathNormalizer). Undefined for a target that is not a path.
 */
function toPath(raw: string): string | undefined {
  if (!raw.startsWith("/") || raw.includes("%00")) return undefined;
  const decoded = raw.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (octets) => {
    try {
      return decodeURIComponent(octets);
    } catch {
      return octets;
    }
  });
  const kept: string[] = [];
  const parts = decoded.split("/").slice(1);
  for (const [index, part] of parts.entries()) {
    if (part === "..") kept.pop();
    if (part !== "." && part !== "..") kept.push(part);
    else if (index === parts.length - 1) kept.push("");
  }
  return `/${kept.join("/")}`;
}

/**
 * Ends a connection that is idle for longer than Azure Load Balancer allows: with 502 before the response has begun
 * (functions-bindings-http-webhook-trigger, "Limits"), else by breaking it. The instance is not told.
 */
export function limitIdleTime(response: ServerResponse, idleMs: number): void {
  response.setTimeout(idleMs, () => refuse(response, 502));
}

/** Sends a response of the platform; breaks the connection of a response that has begun. */
export function refuse(response: ServerResponse, status: number, body = ""): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { "content-length": Buffer.byteLength(body), connection: "close" }).end(body);
}
