import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * The connection over which the host hands one streaming request to the worker, underneath `@azure/functions`.
 * Three things are only to be had here. The true headers: the library reads them from the trigger metadata, where a
 * query parameter or a JSON property named `Headers` takes their place, so that a client could write `client-ip` itself
 * (azure-webjobs-sdk-extensions, HttpTriggerAttributeBindingProvider.GetRequestBindingData). Breaking the connection
 * of a body that failed, and waiting for a slow client: the library does neither.
 * https://github.com/Azure/azure-functions-nodejs-library/issues/324 and /issues/294
 */
export interface ProxiedConnection {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Settles once the client has taken what was written, or went away. */
  hasRoom(): Promise<void>;
}

/** The host's id of the invocation, on the request to the worker (azure-functions-host, DefaultHttpProxyService). */
const INVOCATION_ID = "x-ms-invocation-id";

const connections = new Map<string, ProxiedConnection>();
let watching = false;

/** How long the exchange of a client that went away waits for its invocation. */
const UNCLAIMED_MS = 60_000;

/**
 * Hands out the exchange of an invocation, once; undefined when the app does not stream. Node announces every request
 * an HTTP server of this process receives: https://nodejs.org/api/diagnostics_channel.html#http
 */
export function watchProxiedConnections(): (invocationId: string) => ProxiedConnection | undefined {
  if (!watching) subscribe("http.server.request.start", (message) => remember(message as ProxiedConnection));
  watching = true;
  return (invocationId) => {
    const connection = connections.get(invocationId);
    connections.delete(invocationId);
    return connection;
  };
}

function remember({ request, response }: ProxiedConnection): void {
  const id = request.headers[INVOCATION_ID];
  if (typeof id !== "string") return;
  connections.set(id, { request, response, hasRoom: () => hasRoom(response) });
  response.once("close", () => {
    // The invocation may still be on its way; one that the library rejected before the handler never claims it.
    if (connections.has(id)) setTimeout(() => connections.delete(id), UNCLAIMED_MS).unref();
  });
}

async function hasRoom(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain || response.destroyed) return;
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      response.off("drain", settle).off("close", settle);
      resolve();
    };
    response.on("drain", settle).on("close", settle);
  });
}

/** Of the hop between host and worker, and no business of the handler. */
const OF_THE_HOP = new Set([INVOCATION_ID, "connection", "keep-alive", "transfer-encoding"]);

/** The client's headers. The host's proxy (YARP) names the worker in `host` and the client's own in `x-forwarded-host`. */
export function headersOf({ request }: ProxiedConnection): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values && !OF_THE_HOP.has(name)) headers[name] = values.join(name === "cookie" ? "; " : ", ");
  }
  const host = headers["x-forwarded-host"];
  if (host !== undefined) headers.host = host;
  return headers;
}

/**
 * The address in `client-ip`, which App Service's front end sets and a client cannot: "App Service will overwrite any
 * existing header so they cannot be spoofed" (https://github.com/Azure/app-service-linux-docs, headers.md).
 * Behind Front Door or API Management it is theirs.
 */
export function clientIpOf(connection: ProxiedConnection | undefined): { clientIp?: string } {
  const value = connection?.request.headersDistinct["client-ip"]?.[0];
  // 203.0.113.7:50123, [2001:db8::1]:50123, or either without a port.
  const match = value && /^(?:\[([0-9a-f:.%]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+)(?::\d+)?|([0-9a-f:.]+))$/i.exec(value);
  const clientIp = match ? (match[1] ?? match[2] ?? match[3]) : undefined;
  return clientIp === undefined ? {} : { clientIp };
}
