import type { HttpRequest as AzureRequest } from "@azure/functions";
import type { HttpRequest } from "../../src/adapter.ts";
import { joinHeaders } from "../shared/join-headers.ts";
import { INVOCATION_ID, type ProxiedConnection } from "./proxied-connection.ts";

/** The request as the client sent it, or, without the host's proxy, as the library passes it on. */
export function toRequest(
  native: AzureRequest,
  connection: ProxiedConnection | undefined,
  routePrefix: string,
): HttpRequest {
  const headers = connection ? clientHeaders(connection) : Object.fromEntries(native.headers.entries());
  const body = connection ? proxiedBody(connection) : native.body;
  return {
    method: connection?.request.method ?? native.method,
    url: withoutPrefix(connection?.request.url ?? pathAndQuery(native.url), routePrefix),
    headers,
    ...(body && { body }),
  };
}

/** The body as the host passes it on. The library's own stream would break the connection when it is left early. */
function proxiedBody({ request }: ProxiedConnection): HttpRequest["body"] {
  const { "content-length": length = "0", "transfer-encoding": coding } = request.headers;
  if (coding === undefined && length === "0") return undefined;
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) };
}

/** The URL behind the prefix that the host puts before every route. */
function withoutPrefix(url: string, prefix: string): string {
  const rest = url.slice(prefix.length);
  if (!url.startsWith(prefix) || !/^(\/|\?|$)/.test(rest)) return url;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** Headers of the hop between host and worker, which the client did not send. */
const HOP_HEADERS = new Set([INVOCATION_ID, "connection", "keep-alive", "transfer-encoding"]);

/** The host's proxy (YARP) names the worker in `host`, and the client's own host in `x-forwarded-host`. */
function clientHeaders({ request }: ProxiedConnection): Record<string, string> {
  const sent = Object.entries(request.headersDistinct).filter(([name]) => !HOP_HEADERS.has(name));
  const headers = joinHeaders(sent);
  const host = headers["x-forwarded-host"];
  if (host !== undefined) headers.host = host;
  return headers;
}

/** The text after the authority, never resolved as a URL: in `https://host//evil.example/x` the rest is a path. */
const pathAndQuery = (url: string): string => url.slice(url.indexOf("/", url.indexOf("//") + 2));
