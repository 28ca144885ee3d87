import type { McpServer, Server, Transport } from "@modelcontextprotocol/server";

/** The methods that servers of both SDKs have. */
export interface ConnectableServer {
  connect(transport: Transport): Promise<void>;
  close(): Promise<void>;
}

/** A server of SDK v2, from whichever copy of the package. */
export type SdkV2Server = (McpServer | Server) & ConnectableServer;

/** A low-level server of either SDK. */
export interface LowLevelServer {
  readonly transport?: unknown;
  readonly oninitialized?: unknown;
  onerror?: ((error: Error) => void) | undefined;
  connect(transport: Transport): Promise<void>;
  /** Only SDK v2 has it. */
  getNegotiatedProtocolVersion?(): string | undefined;
}

/** A server that a factory built. */
export type BuiltServer =
  | { readonly isSdkV2: true; readonly server: SdkV2Server; readonly lowLevel: Server }
  | { readonly isSdkV2: false; readonly server: ConnectableServer; readonly lowLevel: LowLevelServer };
