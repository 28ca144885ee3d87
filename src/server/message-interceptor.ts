import type { JSONRPCMessage, ScopeChallengeHandler, Transport } from "@modelcontextprotocol/server";
import { failedResponse } from "../http/json-rpc.ts";
import { logAboutRequest } from "../http/served-request.ts";
import type { BuiltServer } from "./sdk-server.ts";

/** Sees every message between a server and its client, and may replace it. */
export interface MessageInterceptor {
  /** Called when the server was built. Throws Rejection when the message must not reach it. */
  onServerBuilt?(built: BuiltServer): Promise<void>;
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
export interface ScopeAwareTransport extends Transport {
  setScopeChallengeResolver?: (resolve: ScopeChallengeHandler) => void;
}

/** The scope resolver of a server that is being connected. */
export interface ScopeResolver {
  current?: ScopeChallengeHandler;
}

/** To be called before a server is connected to the transport: SDK v2 hands its scope resolver to the transport then. */
export function watchScopeResolver(transport: ScopeAwareTransport): ScopeResolver {
  const resolver: ScopeResolver = {};
  transport.setScopeChallengeResolver = (resolve) => {
    resolver.current = resolve;
  };
  return resolver;
}

/**
 * Puts an interceptor between a connected server and its transport. The only place that runs one on messages. It replaces
 * what `connect` installed on the transport, so that tracing tools that wrapped it earlier still see messages. Throws
 * Rejection: the server must then be closed.
 */
export async function intercept(
  transport: Transport,
  interceptor: MessageInterceptor,
  resolver: ScopeResolver | undefined,
): Promise<void> {
  const { onmessage, onclose } = transport;
  const send = transport.send.bind(transport);
  transport.send = async (message, options) => send(mapped(interceptor, message), options);
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
  await interceptor.afterConnect?.(resolver?.current);
}

/** The message to send. A response that the interceptor fails on is replaced: its client must not wait for it. */
function mapped(interceptor: MessageInterceptor, message: JSONRPCMessage): JSONRPCMessage {
  try {
    return interceptor.mapOutgoing(message);
  } catch (error) {
    if ("method" in message) throw error;
    logAboutRequest("the response could not be sent:", error);
    return failedResponse(message.id, "Internal error");
  }
}
