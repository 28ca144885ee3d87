import type { JSONRPCMessage, ScopeChallengeHandler, Transport } from "@modelcontextprotocol/server";
import type { ConnectableServer } from "./sdk-server.ts";

/** Sees every message between a server and its client, and may replace it. */
export interface MessageInterceptor {
  /** Called when the server was built. Throws Rejection when the message must not reach it. */
  onServerBuilt?(server: ConnectableServer): Promise<void>;
  /**
   * Called when the server is connected and has received nothing of the client's, with its scope resolver where it has
   * one. Throws Rejection when the message must not reach it.
   */
  afterConnect?(resolveScopes: ScopeChallengeHandler | undefined): Promise<void>;
  /** The response to a message that the server must not receive; undefined for all others. */
  respondInstead?(message: JSONRPCMessage): JSONRPCMessage | undefined;
  /** The message to send in place of one that the server sends. */
  mapOutgoing(message: JSONRPCMessage): JSONRPCMessage;
  /** Called when the connection is closed. */
  onClose?(): void;
}

/** SDK v2 hands the scope resolver of its tools (`scopeChallenge`) to a transport with this method. */
interface ScopeAwareTransport extends Transport {
  setScopeChallengeResolver?: (resolve: ScopeChallengeHandler) => void;
}

/**
 * Connects a server to a transport, with an interceptor between them. `prepare` runs on the connected server before the
 * interceptor sees a message. The only place that runs an interceptor on messages. Throws Rejection, and the server is
 * then closed.
 */
export async function connectIntercepted(
  server: ConnectableServer,
  transport: ScopeAwareTransport,
  interceptor: MessageInterceptor | undefined,
  prepare?: () => Promise<void>,
): Promise<void> {
  let resolveScopes: ScopeChallengeHandler | undefined;
  if (interceptor?.afterConnect) {
    transport.setScopeChallengeResolver = (resolve) => {
      resolveScopes = resolve;
    };
  }
  await server.connect(transport);
  try {
    await prepare?.();
    if (!interceptor) return;
    intercept(transport, interceptor);
    await interceptor.afterConnect?.(resolveScopes);
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Replaces what `connect` installed on the transport, so that tracing tools that wrapped it earlier still see messages. */
function intercept(transport: Transport, interceptor: MessageInterceptor): void {
  const { onmessage, onclose } = transport;
  const send = transport.send.bind(transport);
  transport.send = (message, options) => send(interceptor.mapOutgoing(message), options);
  if (interceptor.respondInstead) {
    transport.onmessage = (message, extra) => {
      const instead = interceptor.respondInstead?.(message);
      if (instead) void send(instead);
      else onmessage?.(message, extra);
    };
  }
  if (interceptor.onClose) {
    transport.onclose = () => {
      interceptor.onClose?.();
      onclose?.();
    };
  }
}
