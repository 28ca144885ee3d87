import {
  type JSONRPCRequest,
  McpServer,
  type MessageExtraInfo,
  Server,
  type Transport,
} from "@modelcontextprotocol/server";
import type { ConnectableServer } from "../define-server.ts";

/** Hands a server a request, whose form is checked. */
export type Dispatcher = (request: JSONRPCRequest, extra: MessageExtraInfo) => void;

/** What `onmessage` of SDK v2 does once it has found out with four schemas that a message is a request. */
interface RequestTaker {
  readonly transport?: unknown;
  _onrequest?(request: JSONRPCRequest, extra: MessageExtraInfo): void;
}

/**
 * Connects a server, and gives the shortest way to it. The schemas by which the SDK tells requests from responses take as
 * long as its dispatch. But who watches a server (tracing, error tracking) does so by the transport's `onmessage`: a server
 * that is watched gets its messages there.
 */
export async function dispatcherOf(server: ConnectableServer, transport: Transport): Promise<Dispatcher> {
  let onmessage: Transport["onmessage"];
  let timesSet = 0;
  Object.defineProperty(transport, "onmessage", {
    get: () => onmessage,
    set(lease: Transport["onmessage"]) {
      onmessage = lease;
      timesSet++;
    },
    enumerable: true,
    configurable: true,
  });
  await server.connect(transport);
  const taker = takerIn(server);
  return (request, extra) => {
    const isWatched = timesSet !== 1 || taker?.transport !== transport;
    if (isWatched || !taker?._onrequest) onmessage?.(request, extra);
    else taker._onrequest(request, extra);
  };
}

function takerIn(server: ConnectableServer): RequestTaker | undefined {
  const target: unknown = server instanceof McpServer ? server.server : server;
  return target instanceof Server ? (target as unknown as RequestTaker) : undefined;
}
