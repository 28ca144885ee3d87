import type { JSONRPCMessage, ScopeChallengeHandler, Transport } from "@modelcontextprotocol/server";
import type { ConnectableServer } from "../define-server.ts";

/** Stands between a server and its client. */
export interface MessageInterceptor {
  /** The answer to a message that the server must not get; undefined for all others. */
  answerInstead?(message: JSONRPCMessage): JSONRPCMessage | undefined;
  /** What is sent in place of what the server sends. */
  passOn(message: JSONRPCMessage): JSONRPCMessage;
  /** Called when the server is connected and has got nothing yet, with what it says about scopes. What it throws, `connect` throws. */
  connected?(resolve: ScopeChallengeHandler | undefined): Promise<void>;
  /** Called when the connection is over. */
  over?(): void;
}

/** How SDK v2 hands what its tools say about scopes (`scopeChallenge`) to a transport that wants to know. */
export interface ScopeAwareTransport extends Transport {
  setScopeChallengeResolver?: (resolve: ScopeChallengeHandler) => void;
}

/** Ends what stands before a server. */
const standing = new WeakMap<ConnectableServer, () => void>();

/** Stands before the next connection of a server of either SDK, and before no other. */
export function interpose(server: ConnectableServer, between: MessageInterceptor): void {
  standAside(server);
  const own = Object.getOwnPropertyDescriptor(server, "connect");
  const leave = (): void => {
    standing.delete(server);
    if (own) Object.defineProperty(server, "connect", own);
    else Reflect.deleteProperty(server, "connect");
  };
  standing.set(server, leave);
  server.connect = (transport) => {
    leave();
    return connectBehind(server, transport, between);
  };
}

/** Ends what stands before a server: its factory may hand one out again whose connection never came about. */
export function standAside(server: ConnectableServer): void {
  standing.get(server)?.();
}

async function connectBehind(
  server: ConnectableServer,
  transport: ScopeAwareTransport,
  between: MessageInterceptor,
): Promise<void> {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => send(between.passOn(message), options);
  let resolve: ScopeChallengeHandler | undefined;
  transport.setScopeChallengeResolver ??= (resolver) => {
    resolve = resolver;
  };
  await server.connect(transport);
  const { onmessage, onclose } = transport;
  transport.onmessage = (message, extra) => {
    const instead = between.answerInstead?.(message);
    if (instead) void send(instead);
    else onmessage?.(message, extra);
  };
  transport.onclose = () => {
    between.over?.();
    onclose?.();
  };
  try {
    await between.connected?.(resolve);
  } catch (error) {
    await server.close();
    throw error;
  }
}
