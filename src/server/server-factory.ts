import type {
  AuthInfo,
  JSONRPCMessage,
  JSONRPCRequest,
  McpRequestContext,
  McpServer,
  Server,
} from "@modelcontextprotocol/server";
import type { Caller } from "../auth/caller.ts";
import { AnycloudError } from "../errors.ts";
import type { OpenServices, Services } from "../services/services.ts";
import { describeValue } from "./describe-value.ts";
import type { McpRequest } from "./mcp-request.ts";
import type { BuiltServer, ConnectableServer, LowLevelServer } from "./sdk-server.ts";

/**
 * Passed to a factory: the request that its server will handle (`era`, `authInfo`, `requestInfo`, `caller`), and the
 * services that servers of all instances share: `notify`, `handles`, `once`, `rateLimiter` and `requestState`. A service
 * that is not used costs nothing. Pass the object on as it is: its services are getters, which a copy by spread would lack.
 */
export interface FactoryContext extends McpRequestContext, Services {
  /**
   * The authenticated caller. On an endpoint that authenticates nobody: the principal `anonymous`, without issuer, subject or
   * scopes.
   */
  readonly caller: Caller;
}

/** A server built with SDK v1 (`@modelcontextprotocol/sdk`), which speaks the 2025 protocols only. */
interface SdkV1Server {
  // The SDKs' transports differ in the types of their messages, not in how they are used.
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
}

/** Builds a new server for each request. Keep it cheap: declare schemas and clients at module level. */
export type ServerFactory = (
  context: FactoryContext,
) => McpServer | Server | SdkV1Server | Promise<McpServer | Server | SdkV1Server>;

/**
 * A server that answers one request in place of another one, which would only hand it on: the request gets one server instead of
 * two. Neither sees names of the other.
 */
export interface ServerRoute {
  readonly createServer: ServerFactory;
  /** A message of the client as the server knows it. */
  toServer<Message extends JSONRPCMessage>(message: Message): Message;
  /** A message of the server as the client knows it. */
  toClient(message: JSONRPCMessage): JSONRPCMessage;
}

/** The route of a request; undefined where the server itself answers it. */
type FindRoute = (request: JSONRPCRequest) => ServerRoute | undefined;

const routes = new WeakMap<ServerFactory, FindRoute>();

/** Registers the routes of a factory's servers, and gives the factory back. Whoever does not ask for them gets the same answers from it. */
export function withRoutes(createServer: ServerFactory, find: FindRoute): ServerFactory {
  routes.set(createServer, find);
  return createServer;
}

export const findRoute = (createServer: ServerFactory, request: JSONRPCRequest): ServerRoute | undefined =>
  routes.get(createServer)?.(request);

export interface BuildOptions extends ContextOptions {
  readonly createServer: ServerFactory;
  readonly mcpRequest: McpRequest;
  /** Whether the factory is that of a route. Default false. */
  readonly isRouted?: boolean;
}

interface ContextOptions {
  readonly era: FactoryContext["era"];
  readonly mcpRequest: Pick<McpRequest, "authInfo" | "caller">;
  /** Opens the services of the request; asked for when one is used. Gives back the same ones each time. */
  readonly services: () => OpenServices;
  /** Given to the factory as `requestInfo`. */
  readonly webRequest: Request;
}

/** Servers that were built in this process. A second request must never see one of them. */
const used = new WeakSet<object>();

/**
 * Builds the server of one request. Throws what the factory throws, SERVER_INVALID for a value that is no MCP server or a
 * server that another request had before, and Rejection when the request must not reach the server.
 */
export async function buildServer(options: BuildOptions): Promise<BuiltServer> {
  const returned: unknown = options.createServer(new RequestFactoryContext(options));
  // Most factories return the server itself.
  const isPromise = typeof (returned as PromiseLike<unknown> | undefined)?.then === "function";
  const built = toBuiltServer(isPromise ? await returned : returned);
  const { interceptor, logFields } = options.mcpRequest;
  // A server that a request is routed to has other names than the request.
  const seen = (options.isRouted ? { ...built, server: built.lowLevel } : built) as BuiltServer;
  if ((seen.server as unknown) !== seen.lowLevel) logFields.checksTools = true;
  if (interceptor?.onServerBuilt) await interceptor.onServerBuilt(seen);
  return built;
}

/** The argument of a factory, for work that belongs to no single server. */
export const createFactoryContext = (options: ContextOptions): FactoryContext => new RequestFactoryContext(options);

/** The server that a factory returned. Throws SERVER_INVALID for no MCP server, and for one that was here before. */
export function toBuiltServer(returned: unknown): BuiltServer {
  const server = returned as Partial<ConnectableServer> | undefined;
  if (typeof server?.connect !== "function" || typeof server.close !== "function") {
    const message = `createServer must return an McpServer (or a low-level Server) of the MCP SDK; it returned ${describeValue(server)}.`;
    throw new AnycloudError("SERVER_INVALID", message);
  }
  // An McpServer of either SDK wraps the low-level server that is connected.
  const { server: lowLevel = server as LowLevelServer } = server as { server?: LowLevelServer };
  if (used.has(lowLevel) || lowLevel.transport !== undefined) throw new AnycloudError("SERVER_INVALID", SAME_SERVER);
  used.add(lowLevel);
  // By a method that only SDK v2 has: a project can load two copies of the package (CommonJS and ES module), and
  // `instanceof` fails across them.
  const isSdkV2 = typeof lowLevel.getNegotiatedProtocolVersion === "function";
  return { isSdkV2, server, lowLevel } as BuiltServer;
}

const SAME_SERVER = "createServer returned the same server twice: build one for each request.";

/** The argument of a factory. Getters of a class, because accessors of an object literal are slow to create for each request. */
class RequestFactoryContext implements FactoryContext {
  readonly era: FactoryContext["era"];
  readonly requestInfo: Request;
  readonly authInfo?: AuthInfo;
  readonly caller: Caller;
  readonly #open: () => OpenServices;

  constructor({ era, mcpRequest: { authInfo, caller }, webRequest, services }: ContextOptions) {
    this.era = era;
    this.requestInfo = webRequest;
    if (authInfo) this.authInfo = authInfo;
    this.caller = caller;
    this.#open = services;
  }

  get notify(): Services["notify"] {
    return this.#open().services.notify;
  }

  get handles(): Services["handles"] {
    return this.#open().services.handles;
  }

  get once(): Services["once"] {
    return this.#open().services.once;
  }

  get rateLimiter(): Services["rateLimiter"] {
    return this.#open().services.rateLimiter;
  }

  get requestState(): Services["requestState"] {
    return this.#open().services.requestState;
  }
}
