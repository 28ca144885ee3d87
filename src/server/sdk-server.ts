import type { McpServer, Server, Transport } from "@modelcontextprotocol/server";
import { AnycloudError } from "../errors.ts";

/** The methods that servers of both SDKs have. */
export interface ConnectableServer {
  connect(transport: Transport): Promise<void>;
  close(): Promise<void>;
}

/** A server of SDK v2, from whichever copy of the package. */
export type SdkV2Server = (McpServer | Server) & ConnectableServer;

/** Throws SERVER_INVALID unless a value is an MCP server. */
export function assertServer(value: unknown): asserts value is ConnectableServer {
  const { connect, close } = (value ?? {}) as Partial<ConnectableServer>;
  if (typeof connect === "function" && typeof close === "function") return;
  throw new AnycloudError(
    "SERVER_INVALID",
    `createServer must return an McpServer (or a low-level Server) of the MCP SDK; it returned ${describeValue(value)}.`,
  );
}

/**
 * Whether a server was built with SDK v2. Tested by a method that only its servers have: a project can load two copies of
 * the package (CommonJS and ES module), and `instanceof` fails across them.
 */
export function isSdkV2Server(server: ConnectableServer): server is SdkV2Server {
  const { getNegotiatedProtocolVersion } = lowLevelServer(server) as Partial<Server>;
  return typeof getNegotiatedProtocolVersion === "function";
}

/** The `Server` inside an `McpServer` of either SDK; a low-level server is its own. */
export function lowLevelServer(server: ConnectableServer): object {
  const { server: inner } = server as { server?: unknown };
  return typeof inner === "object" && inner !== null ? inner : server;
}

/** Whether a server is connected to a transport. */
export const isConnected = (server: ConnectableServer): boolean =>
  (lowLevelServer(server) as { transport?: unknown }).transport !== undefined;

/** Describes a value for an error message, without its contents. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const keys = Object.keys(value);
  return keys.length > 0 ? `an object with ${keys.slice(0, 5).join(", ")}` : "an empty object";
}
