import type { McpRequestContext, McpServer, OAuthTokenVerifier, Server, Transport } from "@modelcontextprotocol/server";
import type { AuditSink } from "./audit/audit-log.ts";
import type { Caller } from "./auth/caller.ts";
import type { ToolPolicy } from "./authorization/policy.ts";
import type { ToolRules } from "./authorization/tool-rules.ts";
import { AnycloudError } from "./errors.ts";
import type { HttpHandler } from "./http/http-handler.ts";
import type { Services } from "./services/services.ts";

/**
 * What a factory is told about the request that its server will answer (`era`, `authInfo`, `requestInfo`, `caller`), and
 * what it shares with the servers of other requests, on whatever instance: `notify`, `handles`, `once`, `rateLimiter` and
 * `requestState`. Using none of these costs nothing.
 */
export interface FactoryContext extends McpRequestContext, Services {
  /** Who asks. Where nobody is asked who they are: the principal `anonymous`, without issuer, subject or scopes. */
  readonly caller: Caller;
}

/** A server built with SDK v1 (`@modelcontextprotocol/sdk`), which speaks the 2025 protocols only. */
export interface SdkV1Server {
  // The SDKs' transports differ in the types of their messages, not in how they are used.
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
}

/**
 * Builds the server for one request. Keep it cheap: hoist schemas and clients to module level. What a factory without
 * parameters builds may answer further 2026-07-28 calls, of other callers too, one at a time: keep nothing of a call in it,
 * or take the context.
 */
export type ServerFactory = (
  context: FactoryContext,
) => McpServer | Server | SdkV1Server | Promise<McpServer | Server | SdkV1Server>;

/** An MCP server as a module exports it. */
export interface ServerDefinition {
  readonly createServer: ServerFactory;
  /**
   * Checks the bearer token that every request must then carry; the caller is whom it names: `extra.sub` at `extra.iss`,
   * else `clientId`. Default: none. The endpoint is then public, and all its callers are one.
   */
  readonly verifier?: OAuthTokenVerifier;
  /** Issuers of the tokens that `verifier` accepts, for clients to discover; needs MCP_ANYCLOUD_PUBLIC_URL. */
  readonly authorizationServers?: readonly string[];
  /** What holds for single tools, by their names. Default: nothing but their schemas. */
  readonly tools?: Readonly<Record<string, ToolRules>>;
  /**
   * Decides who may call which tool: `cedarPolicy({ policies })` of `mcp-anycloud/cedar`. What it does not allow does not
   * exist for its caller. Default: none, and whoever gets in may call every tool.
   */
  readonly policy?: ToolPolicy;
  /** Where the audit trail goes. Default: one JSON line for each record on standard output. */
  readonly audit?: AuditSink;
}

/** What every server can do, whichever SDK it was built with. */
export interface ConnectableServer {
  connect(transport: Transport): Promise<void>;
  close(): Promise<void>;
}

/** Declares the MCP server of a module: `export default defineServer({ createServer })`. */
export function defineServer(definition: ServerDefinition): ServerDefinition {
  return factoryOf(definition) && definition;
}

/** The factory in a module's default export: a definition, or a bare factory. Throws SERVER_INVALID for anything else. */
export function factoryOf(server: ServerDefinition | ServerFactory): ServerFactory {
  if (typeof server === "function") {
    if (!endpoints.has(server)) return server;
  } else if (typeof server?.createServer === "function") {
    checkFields(server);
    return server.createServer;
  }
  throw new AnycloudError(
    "SERVER_INVALID",
    `The server must be defineServer({ createServer }) or a function that returns an McpServer; it is ${describe(server)}.`,
  );
}

const FIELDS: Readonly<Record<keyof ServerDefinition, true>> = {
  createServer: true,
  verifier: true,
  authorizationServers: true,
  tools: true,
  policy: true,
  audit: true,
};

/** A misspelt policy must not silently be none. */
function checkFields(server: ServerDefinition): void {
  const unknown = Object.keys(server).find((name) => !Object.hasOwn(FIELDS, name));
  if (unknown === undefined) return;
  const message = `${unknown} is not a field of a server (there are ${Object.keys(FIELDS).join(", ")}).`;
  throw new AnycloudError("SERVER_INVALID", message);
}

/** Endpoints that were made of servers. Both are functions, and one must not be taken for the other. */
const endpoints = new WeakSet<WeakKey>();

/** Marks what was made of a server, for who would export it in the server's place. */
export function markEndpoint(handler: HttpHandler): HttpHandler {
  endpoints.add(handler);
  return handler;
}

/** Checks what a factory returned. Throws SERVER_INVALID when it is not an MCP server. */
export function assertServer(product: unknown): asserts product is ConnectableServer {
  const candidate = product as Partial<ConnectableServer> | null | undefined;
  if (typeof candidate?.connect === "function" && typeof candidate.close === "function") return;
  throw new AnycloudError(
    "SERVER_INVALID",
    `createServer must return an McpServer (or a low-level Server) of the MCP SDK; it returned ${describe(product)}.`,
  );
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (endpoints.has(value as WeakKey)) return "an endpoint already, which the toolkit makes of it by itself";
  if (typeof value !== "object") return `a ${typeof value}`;
  const keys = Object.keys(value);
  return keys.length > 0 ? `an object with ${keys.slice(0, 5).join(", ")}` : "an empty object";
}
