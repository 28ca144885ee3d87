import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type JSONRPCRequest,
  McpServer,
  type Server,
} from "@modelcontextprotocol/server";

/** What the SDK's own entry sets on a server by functions that it does not export; test/protocol-2026/differential.test.ts notices if it no longer does. */
interface Bound {
  _negotiatedProtocolVersion?: string | undefined;
  _clientCapabilities?: unknown;
  _clientVersion?: unknown;
}

/** The low-level server of either of the SDK's. */
export const lowLevel = (server: McpServer | Server): Server => (server instanceof McpServer ? server.server : server);

/** Makes a server one of the revision, which never sees an `initialize`, and tells it who calls, as the call itself says. */
export function bindToCall(server: Server, { params }: JSONRPCRequest, revision: string): void {
  const meta = params?._meta as Record<string, unknown> | undefined;
  const bound = server as unknown as Bound;
  bound._negotiatedProtocolVersion = revision;
  bound._clientCapabilities = meta?.[CLIENT_CAPABILITIES_META_KEY];
  bound._clientVersion = meta?.[CLIENT_INFO_META_KEY];
}

interface RegisteredTool {
  readonly inputSchema?: object;
}

const declaring = new WeakMap<object, boolean>();

/** Whether a tool takes arguments from headers (`x-mcp-header`, SEP-2243), which the SDK's own entry checks. */
export function takesHeaders(server: McpServer | Server, toolName: string): boolean {
  if (!(server instanceof McpServer)) return false;
  const { _registeredTools: tools } = server as unknown as { _registeredTools?: Record<string, RegisteredTool> };
  const schema = tools && Object.hasOwn(tools, toolName) ? tools[toolName]?.inputSchema : undefined;
  if (schema === undefined) return false;
  let declares = declaring.get(schema);
  if (declares === undefined) {
    declares = JSON.stringify(server.toolInputSchemaJson(toolName) ?? {}).includes('"x-mcp-header"');
    declaring.set(schema, declares);
  }
  return declares;
}
