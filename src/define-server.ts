import type { OAuthTokenVerifier } from "@modelcontextprotocol/server";
import type { AuditSink } from "./audit/audit-record.ts";
import type { PrincipalOf } from "./auth/verifier-authenticator.ts";
import type { Policy } from "./authorization/policy.ts";
import type { ToolRules } from "./authorization/tool-rules.ts";
import { AnycloudError } from "./errors.ts";
import type { HttpHandler } from "./http/http-handler.ts";
import { describeValue } from "./server/describe-value.ts";
import type { OnListen } from "./server/listening-client.ts";
import type { ServerFactory } from "./server/server-factory.ts";
import type { Tasks } from "./tasks/create-tasks.ts";
import type { TelemetrySource } from "./telemetry/telemetry-source.ts";

/** An MCP server as a module exports it. */
export interface ServerDefinition {
  /** Builds a new server for each request. */
  readonly createServer: ServerFactory;
  /**
   * Checks the bearer token that every request must then carry. The caller is `extra.sub` at `extra.iss`. Default: none.
   * The endpoint is then public, and all its callers are one.
   */
  readonly verifier?: OAuthTokenVerifier;
  /**
   * Names the caller where the verifier's tokens have no `extra.sub`: `({ clientId }) => clientId` for tokens that belong to
   * a client and no user. Sessions, handles and limits belong to that name. Default: a token without `extra.sub` is refused.
   */
  readonly principalOf?: PrincipalOf;
  /** Issuers of the tokens that `verifier` accepts, for clients to discover; needs MCP_ANYCLOUD_PUBLIC_URL. */
  readonly authorizationServers?: readonly string[];
  /** Rules of single tools, by their names. Default: nothing but their schemas. */
  readonly tools?: Readonly<Record<string, ToolRules>>;
  /**
   * Decides who may use which tool, prompt and resource: `cedarPolicy({ policies })` of `mcp-anycloud/cedar`. What it does
   * not allow does not exist for the caller. Default: none, and every caller may use everything.
   */
  readonly policy?: Policy;
  /**
   * Lets tools outlive their requests: `createTasks()` of `mcp-anycloud/tasks`, whose `run` and `watch` the tools use. Needs
   * a store that all instances share. Default: none.
   */
  readonly tasks?: Tasks;
  /**
   * Spans and metrics by OpenTelemetry's conventions: `openTelemetry()` of `mcp-anycloud/telemetry` for an SDK of yours,
   * `otel()` of `mcp-anycloud/otel` for ours. Default: the first, where the project depends on `@opentelemetry/api` and
   * `build` made the artefact.
   */
  readonly telemetry?: TelemetrySource;
  /** Tells `GET /health?detail` how the parts of the server do in this instance. Default: it has none. A gateway has one. */
  readonly health?: () => Readonly<Record<string, string>>;
  /**
   * Called when a client begins to listen for changes on this instance: the place to begin to watch what lies behind the
   * server, until the client's signal fires. Default: nothing is watched. A gateway hears the servers behind it there.
   */
  readonly onListen?: OnListen;
  /** Receives the audit log. Default: one JSON line for each record on standard output. */
  readonly audit?: AuditSink;
}

/** Declares the MCP server of a module: `export default defineServer({ createServer })`. */
export function defineServer(definition: ServerDefinition): ServerDefinition {
  return factoryOf(definition) && definition;
}

/** The factory in a module's default export: a definition, or a bare factory. Throws SERVER_INVALID for anything else. */
export function factoryOf(server: ServerDefinition | ServerFactory): ServerFactory {
  if (typeof server === "function") {
    if (!endpoints.has(server)) return checkFactory(server);
  } else if (typeof server?.createServer === "function") {
    checkFields(server);
    return checkFactory(server.createServer);
  }
  if (isServer(server)) throw new AnycloudError("SERVER_INVALID", WRAP);
  const { createServer } = Object(server) as { readonly createServer?: unknown };
  const description = endpoints.has(server)
    ? "an endpoint already, which the toolkit creates by itself"
    : createServer === undefined
      ? describeValue(server)
      : `an object whose createServer is ${describeValue(createServer)}`;
  throw new AnycloudError(
    "SERVER_INVALID",
    `The server must be defineServer({ createServer }) or a function that returns an McpServer; it is ${description}.`,
  );
}

const WRAP =
  "The server is one McpServer, and each request needs its own: wrap what builds it in a function, as in export default defineServer({ createServer: () => buildServer() }).";

/** Whether a value is a server of either SDK, as everybody writes it who has one process for one client. */
const isServer = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  "connect" in value &&
  typeof value.connect === "function" &&
  "close" in value &&
  typeof value.close === "function";

/** Refuses functions that build no server: a class, and the function that a web framework answers requests with. */
function checkFactory(factory: ServerFactory): ServerFactory {
  const isClass = /^class\b/.test(Function.prototype.toString.call(factory));
  const isWebApplication = "listen" in factory;
  if (!isClass && !isWebApplication) return factory;
  const problem = isClass
    ? "is a class: wrap it in a function, as in () => new Notes()"
    : "answers web requests itself";
  throw new AnycloudError(
    "SERVER_INVALID",
    `createServer must be a function that returns an McpServer; it ${problem}.`,
  );
}

/** The function that makes a field what it has to be; undefined for fields that are checked elsewhere. */
const FIELDS: Readonly<Record<keyof ServerDefinition, string | undefined>> = {
  createServer: undefined,
  verifier: "verifyAccessToken",
  principalOf: undefined,
  authorizationServers: undefined,
  tools: undefined,
  policy: "decide",
  audit: "",
  health: "",
  onListen: "",
  tasks: "run",
  telemetry: "open",
};

/** A misspelt policy must not silently be none, nor one that is `false` because a condition was. */
function checkFields(server: ServerDefinition): void {
  const given = server as unknown as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(server)) {
    if (!Object.hasOwn(FIELDS, name)) {
      const message = `${name} is not a field of a server (there are ${Object.keys(FIELDS).join(", ")}).`;
      throw new AnycloudError("SERVER_INVALID", message);
    }
    const method = FIELDS[name as keyof ServerDefinition];
    const value = given[name] as Record<string, unknown> | null | undefined;
    if (method === undefined || value === undefined) continue;
    if (typeof (method === "" ? value : value?.[method]) === "function") continue;
    const wanted = method === "" ? "a function" : `an object with a function ${method}`;
    const example = name === "policy" ? ', such as cedarPolicy({ policies }) of "mcp-anycloud/cedar"' : "";
    const message = `The server's ${name} must be ${wanted}${example}, or be left out; it is ${describeValue(value)}.`;
    throw new AnycloudError("SERVER_INVALID", message);
  }
}

/** Refuses rules beside a `fetch` of its own, which would silently not be kept. Throws SERVER_INVALID. */
export function checkFetchModule(module: object): void {
  const rule = Object.keys(FIELDS).find((name) => name in module);
  if (rule === undefined) return;
  const message = `${rule} has no effect on a server with a fetch of its own: use defineServer({ createServer, ${rule} }).`;
  throw new AnycloudError("SERVER_INVALID", message);
}

/** Endpoints created in this process. Both they and factories are functions, and one must not be taken for the other. */
const endpoints = new WeakSet<WeakKey>();

/** Marks an endpoint, for the error when a module exports it in place of a server. */
export function markEndpoint(handler: HttpHandler): HttpHandler {
  endpoints.add(handler);
  return handler;
}
