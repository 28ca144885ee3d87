import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { drained } from "../shared/backpressure.ts";

/**
 * The connection over which the host proxies one streaming request to the worker, underneath `@azure/functions`. It offers
 * three things that the library does not:
 * - the client's headers. The library reads them from the trigger metadata, where a query parameter or a JSON property
 *   named `Headers` replaces them, so that a client could forge `client-ip` (azure-webjobs-sdk-extensions,
 *   HttpTriggerAttributeBindingProvider.GetRequestBindingData);
 * - a way to break the connection when a body fails (https://github.com/Azure/azure-functions-nodejs-library/issues/324);
 * - a way to wait for a slow client (the same, /issues/294).
 */
export interface ProxiedConnection {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Waits until the client has taken what was written, or went away. */
  hasRoom(): Promise<void>;
}

/** Header in which the host sends the id of the invocation to the worker (azure-functions-host, DefaultHttpProxyService). */
export const INVOCATION_ID = "x-ms-invocation-id";

/** How long a closed connection waits for its invocation. */
const UNCLAIMED_MS = 60_000;

const connections = new Map<string, ProxiedConnection>();
let watching = false;

/**
 * Returns a function that takes the connection of an invocation; undefined when the app does not stream. Node.js announces
 * every request that an HTTP server of this process receives: https://nodejs.org/api/diagnostics_channel.html#http
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

function remember({ request, response }: Omit<ProxiedConnection, "hasRoom">): void {
  const id = request.headers[INVOCATION_ID];
  if (typeof id !== "string") return;
  const hasRoom = async (): Promise<void> => {
    if (response.writableNeedDrain) await drained(response);
  };
  connections.set(id, { request, response, hasRoom });
  response.once("close", () => {
    // The invocation may still come. The library rejects some before the handler, and those never take their connection.
    if (connections.has(id)) setTimeout(() => connections.delete(id), UNCLAIMED_MS).unref();
  });
}
