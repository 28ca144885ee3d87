import type { OAuthTokenVerifier } from "@modelcontextprotocol/server";
import { createAuthentication } from "./auth/authenticate.ts";
import { createServerAuthorization } from "./authorization/create-authorization.ts";
import { toolRulesOf } from "./authorization/tool-rules.ts";
import { type Config, readConfig } from "./config/config.ts";
import type { StateKeySource } from "./config/key-ring.ts";
import { factoryOf, markEndpoint, type ServerDefinition, type ServerFactory } from "./define-server.ts";
import type { HttpHandler } from "./http/http-handler.ts";
import { type LogSink, startRequestLog, writeLogLine } from "./http/request-log.ts";
import { createConcurrentStreams } from "./limits/concurrent-streams.ts";
import { createRateLimits } from "./limits/rate.ts";
import { admit, type Endpoint } from "./pipeline/pipeline.ts";
import { createProtocol2025Handler } from "./protocol-2025/handler.ts";
import { createSessions } from "./protocol-2025/sessions/session-record.ts";
import { createProtocol2026Handler } from "./protocol-2026/handler.ts";
import { createChangeEvents } from "./services/change-events.ts";
import { createServices } from "./services/services.ts";
import { createMemoryStore } from "./store/memory-store.ts";
import { observed } from "./store/observed-store.ts";
import type { StateStore } from "./store/store.ts";

/** Overrides of what the environment configures, and what no variable can hold. */
export interface McpEndpointOptions extends Omit<Partial<Config>, "stateKeys"> {
  /** Where request records go. Default: one JSON line each on standard output. */
  readonly log?: LogSink;
  /** Keeps 2025-era sessions and what servers share across instances. Default: none, and everything is stateless. */
  readonly store?: StateStore | undefined;
  /** Keys that seal `requestState`, or the way to keys that change while the process lives. Default: the environment's. */
  readonly stateKeys?: StateKeySource | undefined;
  /** Checks the bearer token that every request must then carry. Default: the server's own. */
  readonly verifier?: OAuthTokenVerifier;
  /** Where the keys are that Google's Identity-Aware Proxy signs with. Default: where Google publishes them. */
  readonly iapKeysUrl?: string;
  /**
   * Serves usual 2026-07-28 calls without the web's `Request` and `Response`, and, where the factory takes no argument,
   * these and 2025-era calls without a session by a server that served another before. The answers are the same without;
   * only the time differs, and the id by which a handler knows its call (`mcpReq.id`). Default true.
   */
  readonly fastPath?: boolean;
}

/**
 * The MCP endpoint of a server, as an adapter takes it. Configured by the environment (see `readConfig`), or by `options`.
 * Throws CONFIG_INVALID or SERVER_INVALID at once, so that a wrong deployment fails when it starts.
 */
export function createMcpEndpoint(
  server: ServerDefinition | ServerFactory,
  options: McpEndpointOptions = {},
): HttpHandler {
  const createServer = factoryOf(server);
  const definition: Partial<ServerDefinition> = typeof server === "function" ? {} : server;
  const { log = writeLogLine, store: durableStore, stateKeys, iapKeysUrl, fastPath, ...rest } = options;
  const { verifier = definition.verifier, ...overrides } = rest;
  const config: Config = { ...readConfig(globalThis.process?.env ?? {}), ...overrides };
  const { streamSeconds } = config;
  const durable = durableStore !== undefined;
  // Without a durable one, what happens in this process is still told in this process.
  const store = observed(durableStore ?? createMemoryStore());
  const changeEvents = createChangeEvents(store);
  const openServices = createServices({ store, durable, stateKeys: stateKeys ?? config.stateKeys, changeEvents });
  const shared = { createServer, openServices };
  const { authorizationServers, tools } = definition;
  const rules = toolRulesOf(tools);
  const rates = createRateLimits({ ...config, tools: rules, store: durable ? store : undefined });
  const toolScopes = [...rules.values()].flatMap(({ scopes = [] }) => scopes);
  const access = createAuthentication({ config, verifier, authorizationServers, toolScopes, iapKeysUrl });
  const { identify, hasScopes, challenges } = access;
  const { authorize, audit } = createServerAuthorization(definition, config, {
    hasCallers: identify !== undefined,
    hasScopes,
    challenges,
    takeTool: rates?.takeTool,
  });
  const endpoint: Endpoint = {
    config,
    access,
    authorize,
    audit,
    rates,
    streams: createConcurrentStreams({ ...config, store }),
    modern: createProtocol2026Handler({ ...shared, changeEvents, streamSeconds, fastPath }),
    legacy: createProtocol2025Handler(
      durable
        ? { ...shared, store, changeEvents, sessions: createSessions(store, config), streamSeconds }
        : { ...shared, fastPath },
    ),
  };
  const requestLog = { sink: log, level: config.logLevel };

  return markEndpoint(async (request, invocation) => {
    const { notes, finish } = startRequestLog(request, invocation, requestLog);
    return finish(await admit(endpoint, { request, invocation, notes }));
  });
}
