import {
  type AuthInfo,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type JSONRPCRequest,
  type McpServer,
  type ScopeChallengeHandler,
} from "@modelcontextprotocol/server";
import type { BuiltServer, SdkV2Server } from "./sdk-server.ts";

/** Fields of `Server` that the SDK's own entry sets through functions that the package does not export. */
interface BoundFields {
  _negotiatedProtocolVersion?: string;
  _clientCapabilities?: unknown;
  _clientVersion?: unknown;
}

/** The outcome of the check, by the class of the server: each copy of the SDK has its own. */
const supported = new WeakMap<object, boolean>();

/** A plain request, and who sends it. */
export interface PlainRequest {
  readonly message: JSONRPCRequest;
  readonly revision: string;
  readonly authInfo?: AuthInfo | undefined;
}

/**
 * Binds a server to a plain request, which can then be answered without the SDK's own entry. False where that has to look at
 * the request: for its headers, the scopes of its caller, or because its internals are others.
 */
export async function bindDirectly(
  built: BuiltServer & { readonly isSdkV2: true },
  { message, revision, authInfo }: PlainRequest,
): Promise<boolean> {
  const { server } = built;
  if (!bindToRequest(built, message, revision)) return false;
  if (message.method === "tools/call" && takesHeaders(server, String(message.params?.name))) return false;
  return !(await lacksScopes(server, { request: message, ...(authInfo && { authInfo }) }));
}

/**
 * Binds a server, which never sees an `initialize`, to the revision and the client that one request names. The one place
 * that depends on internals of the SDK. False where the installed SDK has others: such a request must be served through
 * `createMcpHandler`. Checked once for each copy of the SDK, by the public getters of the same values.
 */
function bindToRequest(
  { server, lowLevel: target }: BuiltServer & { readonly isSdkV2: true },
  { params }: JSONRPCRequest,
  revision: string,
): boolean {
  const known = supported.get(target.constructor);
  if (known === false) return false;
  const meta = params?._meta as Record<string, unknown> | undefined;
  const capabilities = meta?.[CLIENT_CAPABILITIES_META_KEY];
  const clientInfo = meta?.[CLIENT_INFO_META_KEY];
  const fields = target as unknown as BoundFields;
  fields._negotiatedProtocolVersion = revision;
  if (capabilities !== undefined) fields._clientCapabilities = capabilities;
  if (clientInfo !== undefined) fields._clientVersion = clientInfo;
  if (known) return true;
  const isSupported =
    target.getNegotiatedProtocolVersion() === revision &&
    target.getClientCapabilities() === capabilities &&
    target.getClientVersion() === clientInfo &&
    hasKnownMethods(server);
  supported.set(target.constructor, isSupported);
  if (!isSupported) console.error(UNSUPPORTED);
  return isSupported;
}

const UNSUPPORTED =
  "The installed @modelcontextprotocol/server has other internals than this version of mcp-anycloud knows: every 2026-07-28 request goes through its createMcpHandler, which is slower. Update mcp-anycloud.";

/** Methods that `createMcpHandler` asks what a call needs of its headers and its token. */
const hasKnownMethods = (server: SdkV2Server): boolean =>
  !("registerTool" in server) ||
  (typeof server.toolInputSchemaJson === "function" && typeof server.resolveScopeChallenge === "function");

/** Whether a tool takes arguments from headers (`x-mcp-header`, SEP-2243), which the SDK's own entry checks. */
function takesHeaders(server: SdkV2Server, toolName: string): boolean {
  if (!("toolInputSchemaJson" in server)) return false;
  return namesHeader((server as McpServer).toolInputSchemaJson(toolName));
}

/** Whether a schema, or one within it, has the keyword. */
function namesHeader(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  if ("x-mcp-header" in schema) return true;
  for (const key in schema) if (namesHeader((schema as Record<string, unknown>)[key])) return true;
  return false;
}

/** Whether the SDK's own entry would refuse the caller for want of scopes. */
async function lacksScopes(server: SdkV2Server, asked: Parameters<ScopeChallengeHandler>[0]): Promise<boolean> {
  if (!("resolveScopeChallenge" in server)) return false;
  try {
    return (await server.resolveScopeChallenge(asked)) !== undefined;
  } catch {
    return true;
  }
}
