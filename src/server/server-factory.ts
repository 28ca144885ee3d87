import type { McpRequestContext, McpServer, Server } from "@modelcontextprotocol/server";
import type { Caller } from "../auth/caller.ts";
import { AnycloudError } from "../errors.ts";
import type { Services } from "../services/services.ts";
import type { MessageInterceptor } from "./message-interceptor.ts";
import { assertServer, type ConnectableServer, isConnected, lowLevelServer } from "./sdk-server.ts";

/**
 * Passed to a factory: the request that its server will handle (`era`, `authInfo`, `requestInfo`, `caller`), and the
 * services that servers of all instances share: `notify`, `handles`, `once`, `rateLimiter` and `requestState`. A service
 * that is not used costs nothing.
 */
export interface FactoryContext extends McpRequestContext, Services {
  /** The authenticated caller. On an endpoint that authenticates nobody: the principal `anonymous`, without issuer, subject or scopes. */
  readonly caller: Caller;
}

/** A server built with SDK v1 (`@modelcontextprotocol/sdk`), which speaks the 2025 protocols only. */
export interface SdkV1Server {
  // The SDKs' transports differ in the types of their messages, not in how they are used.
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
}

/** Builds a new server for each request. Keep it cheap: declare schemas and clients at module level. */
export type ServerFactory = (
  context: FactoryContext,
) => McpServer | Server | SdkV1Server | Promise<McpServer | Server | SdkV1Server>;

/** Servers that were built in this process. A second request must never see one of them. */
const used = new WeakSet<object>();

/**
 * Builds the server of one request. Throws what the factory throws, SERVER_INVALID for a value that is no MCP server or a
 * server that another request had before, and Rejection when the request must not reach the server.
 */
export async function buildServer(
  createServer: ServerFactory,
  context: FactoryContext,
  interceptor?: MessageInterceptor,
): Promise<ConnectableServer> {
  const server: unknown = await createServer(context);
  assertServer(server);
  const inner = lowLevelServer(server);
  if (used.has(inner) || isConnected(server)) throw new AnycloudError("SERVER_INVALID", SAME_SERVER);
  used.add(inner);
  await interceptor?.onServerBuilt?.(server);
  return server;
}

const SAME_SERVER = "createServer returned the same server twice: build one for each request.";
