import type { OAuthTokenVerifier } from "@modelcontextprotocol/server";
import { admit, type Endpoint } from "./pipeline/pipeline.ts";
import { type Config, readConfig } from "./config/config.ts";
import type { HttpHandler } from "./http/http-handler.ts";
import { createLegacyLeg } from "./protocol-2025/handler.ts";
import { createSessions } from "./protocol-2025/sessions/session-record.ts";
import { type LogSink, startRequestLog, writeLogLine } from "./http/request-log.ts";
import { createModernLeg } from "./protocol-2026/handler.ts";
import { createAccess } from "./auth/authenticate.ts";
import { openAuthorization } from "./authorization/create-authorization.ts";
import { toolRulesOf } from "./authorization/tool-rules.ts";
import { createOpenStreams } from "./limits/concurrent-streams.ts";
import { createRateGate } from "./limits/rate.ts";
import { factoryOf, markEndpoint, type ServerDefinition, type ServerFactory } from "./define-server.ts";
import { createServices } from "./services/services.ts";
import { createFleetEvents } from "./services/change-events.ts";
import { createMemoryStore } from "./store/memory-store.ts";
import { observed } from "./store/observed-store.ts";
import type { StateStore } from "./store/store.ts";
import type { StateKeySource } from "./config/key-ring.ts";

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
  readonly shortcuts?: boolean;
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
  const { log = writeLogLine, store: durableStore, stateKeys, iapKeysUrl, shortcuts, ...rest } = options;
  const { verifier = definition.verifier, ...overrides } = rest;
  const config: Config = { ...readConfig(globalThis.process?.env ?? {}), ...overrides };
  const { streamSeconds } = config;
  const durable = durableStore !== undefined;
  // Without a durable one, what happens in this process is still told in this process.
  const store = observed(durableStore ?? createMemoryStore());
  const fleetEvents = createFleetEvents(store);
  const openServices = createServices({ store, durable, stateKeys: stateKeys ?? config.stateKeys, fleetEvents });
  const shared = { createServer, openServices };
  const { authorizationServers, tools } = definition;
  const rules = toolRulesOf(tools);
  const rates = createRateGate({ ...config, tools: rules, store: durable ? store : undefined });
  const toolScopes = [...rules.values()].flatMap(({ scopes = [] }) => scopes);
  const access = createAccess({ config, verifier, authorizationServers, toolScopes, iapKeysUrl });
  const { identify, hasScopes, challenges } = access;
  const { authorize, audit } = openAuthorization(definition, config, {
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
    streams: createOpenStreams({ ...config, store }),
    modern: createModernLeg({ ...shared, fleetEvents, streamSeconds, shortcuts }),
    legacy: createLegacyLeg(
      durable
        ? { ...shared, store, fleetEvents, sessions: createSessions(store, config), streamSeconds }
        : { ...shared, shortcuts },
    ),
  };
  const requestLog = { sink: log, level: config.logLevel };

  return markEndpoint(async (request, invocation) => {
    const { notes, finish } = startRequestLog(request, invocation, requestLog);
    return finish(await admit(endpoint, { request, invocation, notes }));
  });
}
