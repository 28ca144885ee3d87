import type { OAuthTokenVerifier } from "@modelcontextprotocol/server";
import { createAuthentication } from "./auth/authenticate.ts";
import type { PlatformIdentityProvider } from "./auth/platform-identity.ts";
import { createServerAuthorization } from "./authorization/server-authorization.ts";
import { toolRulesOf } from "./authorization/tool-rules.ts";
import type { Config } from "./config/config.ts";
import type { StateKeySource } from "./config/key-ring.ts";
import { readConfig } from "./config/read-config.ts";
import { checkFetchModule, factoryOf, markEndpoint, type ServerDefinition } from "./define-server.ts";
import { AnycloudError } from "./errors.ts";
import type { HttpHandler } from "./http/http-handler.ts";
import { createKnownNames } from "./http/record/known-names.ts";
import { type LogSink, writeLogLine } from "./http/request-log.ts";
import { createConcurrentStreams } from "./limits/concurrent-streams.ts";
import { createInFlightLimit } from "./limits/in-flight.ts";
import { createRateLimits } from "./limits/rate.ts";
import { createHttpHandler, type Pipeline } from "./pipeline/pipeline.ts";
import { SESSION_TIMINGS, type SessionTimings } from "./protocol-2025/timings.ts";
import { createFetchHandler, type FetchModule, isFetchModule } from "./protocol-2026/fetch-handler.ts";
import { createProtocolHandlers } from "./protocol-handlers.ts";
import type { ServerFactory } from "./server/server-factory.ts";
import { createChangeEvents } from "./services/change-events.ts";
import { createServices } from "./services/services.ts";
import { createMemoryStore } from "./store/memory-store.ts";
import { observed } from "./store/observed-store.ts";
import type { StateStore } from "./store/store.ts";
import type { WorkQueue } from "./tasks/jobs/work-queue.ts";
import type { TelemetrySource } from "./telemetry/telemetry-source.ts";

/** The configuration, fields that override it, and what no variable can hold. */
export interface McpEndpointOptions extends Omit<Partial<Config>, "stateKeys"> {
  /**
   * The result of `readConfig`, which reads the settings of adapters, too (docs/settings.md). Default: the endpoint reads
   * the environment itself, and refuses the variables of adapters as unknown.
   */
  readonly config?: Config | undefined;
  /** Receives request records. Default: one JSON line each on standard output. */
  readonly log?: LogSink;
  /** Keeps 2025-era sessions and the state that servers share across instances. Default: none, and everything is stateless. */
  readonly store?: StateStore | undefined;
  /** Keys that seal `requestState`, or the way to keys that change while the process lives. Default: the environment's. */
  readonly stateKeys?: StateKeySource | undefined;
  /** Brings the tasks of the server to the instances that work on them. Default: a queue in this process. */
  readonly workQueue?: WorkQueue | undefined;
  /** Spans and metrics, where the definition says nothing. Default: none. */
  readonly telemetry?: TelemetrySource | undefined;
  /** Checks the bearer token that every request must then carry. Default: the server's own. */
  readonly verifier?: OAuthTokenVerifier;
  /**
   * How the platform can attest callers: the `platformIdentities` of the platform's adapter. MCP_ANYCLOUD_PLATFORM_IDENTITY
   * selects one by its kind. Default: none.
   */
  readonly platformIdentities?: readonly PlatformIdentityProvider[];
  /**
   * False to serve every 2026-07-28 request through the SDK's `createMcpHandler`. Responses are the same; only the time
   * differs. Default true.
   */
  readonly fastPath?: boolean;
}

/** The clock and the time limits of sessions. Tests hand in their own. */
export interface EndpointTimes {
  /** Unix time in milliseconds. Default: the clock. */
  readonly now?: () => number;
  /** Default: `SESSION_TIMINGS`. */
  readonly timings?: Partial<SessionTimings>;
}

/**
 * The MCP endpoint of a server, as an adapter takes it: of a definition, a factory, or a module with a `fetch` of its own.
 * Configured by the environment (see `readConfig`), or by `options`. Throws CONFIG_INVALID or SERVER_INVALID at once, so that
 * a wrong deployment fails when it starts.
 */
export const createMcpEndpoint = (
  server: ServerDefinition | ServerFactory | FetchModule,
  options: McpEndpointOptions = {},
): HttpHandler => createEndpoint(server, options);

/** The same, with times of its own. */
export function createEndpoint(
  server: ServerDefinition | ServerFactory | FetchModule,
  options: McpEndpointOptions,
  { now, timings }: EndpointTimes = {},
): HttpHandler {
  if (isFetchModule(server)) checkFetchModule(server);
  const fetchHandler = isFetchModule(server) ? createFetchHandler(server) : undefined;
  // A module with a handler of its own has no factory, and none is called.
  const createServer = isFetchModule(server) ? () => Promise.reject(server) : factoryOf(server);
  const definition: Partial<ServerDefinition> = typeof server === "function" || isFetchModule(server) ? {} : server;
  const {
    log = writeLogLine,
    store: durableStore,
    stateKeys,
    platformIdentities,
    fastPath,
    workQueue,
    telemetry,
    ...rest
  } = options;
  const { verifier = definition.verifier, config: given, ...overrides } = rest;
  const config: Config = { ...(given ?? readConfig(globalThis.process?.env ?? {})), ...overrides };
  const { streamSeconds } = config;
  const durable = durableStore !== undefined;
  // Without a durable store, changes are still announced within this process.
  const store = observed(durableStore ?? createMemoryStore(), { now, counts: durable });
  const changeEvents = createChangeEvents(store);
  const keys = stateKeys ?? config.stateKeys;
  const openServices = createServices({ store, durable, stateKeys: keys, changeEvents });
  const { authorizationServers, tools, tasks: declaredTasks } = definition;
  const rules = toolRulesOf(tools);
  const toolLimits = new Map([...rules].flatMap(([tool, { rateLimit }]) => (rateLimit ? [[tool, rateLimit]] : [])));
  const rates = createRateLimits({ ...config, toolLimits, store: durable ? store : undefined });
  const authentication = createAuthentication({
    config,
    verifier,
    authorizationServers,
    principalOf: definition.principalOf,
    platformIdentities,
  });
  const { authenticate, hasScopes, challenges } = authentication;
  const { authorize, audit, policy, mayHear } = createServerAuthorization({ ...definition, rules }, config, {
    hasCallers: authenticate !== undefined,
    hasScopes,
    challenges,
    takeTool: rates?.takeTool,
    stateKeys: keys,
  });
  const logOptions = {
    sink: log,
    level: config.logLevel,
    names: createKnownNames(),
    telemetry: (definition.telemetry ?? telemetry)?.open(config),
  };
  const { modern, legacy } = fetchHandler
    ? { modern: fetchHandler, legacy: fetchHandler }
    : createProtocolHandlers({
        ...{ config, store, durable, createServer, openServices, changeEvents, mayHear, fastPath },
        onListen: definition.onListen,
        timings: { ...SESSION_TIMINGS, ...timings },
      });
  if (declaredTasks && !durable) throw new AnycloudError("CONFIG_INVALID", TASKS_NEED_STORE);
  const tasks = declaredTasks?.open({
    store,
    queue: workQueue,
    rules: { rules, policy, challenges },
    audit,
    log: logOptions,
    maxOutputBytes: config.maxOutputBytes,
    streamSeconds,
    modern,
    legacy,
  });
  const pipeline: Pipeline = {
    config,
    authentication,
    authorize,
    audit,
    rates,
    log: logOptions,
    streams: createConcurrentStreams({ ...config, store }),
    inFlight: createInFlightLimit(config),
    health: definition.health,
    modern: tasks?.modern ?? modern,
    legacy: tasks ? { ...legacy, ...tasks.legacy } : legacy,
  };
  const handler = createHttpHandler(pipeline);
  return markEndpoint(tasks ? tasks.takingJobs(handler) : handler);
}

const TASKS_NEED_STORE =
  "The tasks of a server are kept in a store that all instances share: set MCP_ANYCLOUD_TABLE, or give the endpoint a store.";
