import type { HttpRequest as AzureRequest } from "@azure/functions";
import type { HttpRequest } from "../../src/adapter.ts";
import { joinHeaders } from "../shared/join-headers.ts";
import { INVOCATION_ID, type ProxiedConnection } from "./proxied-connection.ts";

/** The request as the client sent it, or, without the host's proxy, as the library passes it on. */
export async function toRequest(native: AzureRequest, connection: ProxiedConnection | undefined): Promise<HttpRequest> {
  const body = new Uint8Array(await native.arrayBuffer());
  return {
    method: connection?.request.method ?? native.method,
    url: connection?.request.url ?? pathAndQuery(native.url),
    headers: connection ? clientHeaders(connection) : Object.fromEntries(native.headers.entries()),
    ...(body.length > 0 && { body }),
  };
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
