import { isJsonContentType, type OAuthTokenVerifier } from "@modelcontextprotocol/server";
import { type Config, readConfig } from "./config.ts";
import { answerOf, type Legs, serveMessage, serveStream } from "./exchange.ts";
import type { HttpHandler, HttpResponse } from "./handler.ts";
import { errorResponse, JsonRpcCode } from "./json-rpc.ts";
import type { Visit } from "./leg.ts";
import { createLegacyLeg, type LegacyLeg } from "./legacy/legacy-leg.ts";
import { createSessions } from "./legacy/session-record.ts";
import { type LogSink, noteMessage, startRequestLog, writeLogLine } from "./log.ts";
import { createModernLeg } from "./modern/modern-leg.ts";
import { type BearerGate, createBearerGate } from "./security/bearer.ts";
import { preflightResponse, readableBy } from "./security/cors.ts";
import { hostProblem } from "./security/hosts.ts";
import { isAllowedOrigin } from "./security/origins.ts";
import { principalOf } from "./security/principal.ts";
import { factoryOf, markEndpoint, type ServerDefinition, type ServerFactory } from "./server.ts";
import { createServices } from "./services.ts";
import { createFleetEvents } from "./state/fleet-events.ts";
import { createMemoryStore } from "./state/memory-store.ts";
import { observed } from "./state/observed-store.ts";
import type { StateStore } from "./state/store.ts";
import type { StateKeySource } from "./state-keys.ts";

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
}

interface Endpoint extends Legs {
  readonly config: Config;
  readonly legacy: LegacyLeg;
  readonly gate: BearerGate | undefined;
}

/** Revisions are dates, and compare as text. */
const FIRST_WITHOUT_SESSIONS = "2026-07-28";

/** Answered without the server, for load balancers and uptime checks. */
const HEALTH_PATH = "/health";

/**
 * The MCP endpoint of a server, as an adapter takes it. Configured by the environment (see `readConfig`), or by `options`.
 * Throws CONFIG_INVALID or SERVER_INVALID at once, so that a wrong deployment fails when it starts.
 */
export function createMcpEndpoint(
  server: ServerDefinition | ServerFactory,
  options: McpEndpointOptions = {},
): HttpHandler {
  const createServer = factoryOf(server);
  const { log = writeLogLine, store: durableStore, stateKeys, verifier = verifierOf(server), ...overrides } = options;
  const config: Config = { ...readConfig(globalThis.process?.env ?? {}), ...overrides };
  const { streamSeconds } = config;
  const durable = durableStore !== undefined;
  // Without a durable one, what happens in this process is still told in this process.
  const store = observed(durableStore ?? createMemoryStore());
  const fleetEvents = createFleetEvents(store);
  const openServices = createServices({ store, durable, stateKeys: stateKeys ?? config.stateKeys, fleetEvents });
  const shared = { createServer, openServices };
  const endpoint: Endpoint = {
    config,
    gate: verifier && createBearerGate(verifier),
    modern: createModernLeg({ ...shared, fleetEvents, streamSeconds }),
    legacy: createLegacyLeg(
      durable ? { ...shared, store, fleetEvents, sessions: createSessions(store, config), streamSeconds } : shared,
    ),
  };
  const sink: LogSink = (record) => {
    if (config.logLevel === "info" || config.logLevel === record.level) log(record);
  };

  return markEndpoint(async (request, invocation) => {
    const { notes, finish } = startRequestLog(request, invocation, sink);
    return finish(await answer(endpoint, { request, invocation, notes }));
  });
}

const verifierOf = (server: ServerDefinition | ServerFactory): OAuthTokenVerifier | undefined =>
  "verifier" in server ? server.verifier : undefined;

/** A request before anybody knows who sends it. */
type Caller = Omit<Visit, "principal" | "authInfo">;

/** The way of a request, in reading order: who asks, for what, in which era. */
async function answer(endpoint: Endpoint, visit: Caller): Promise<HttpResponse> {
  const { request, invocation } = visit;
  const hostRefused = hostProblem(request.headers.host, endpoint.config, invocation.clientIp);
  if (hostRefused) return forbidden(hostRefused);
  const { origin } = request.headers;
  if (!origin) return route(endpoint, visit);
  if (!isAllowedOrigin(origin, endpoint.config, invocation.clientIp)) return forbidden("This web origin may not call.");
  return readableBy(origin, await route(endpoint, visit));
}

const forbidden = (message: string): HttpResponse => errorResponse(403, { code: JsonRpcCode.HTTP_ERROR, message });

async function route(endpoint: Endpoint, caller: Caller): Promise<HttpResponse> {
  const { method, url } = caller.request;
  const path = url.split("?", 1)[0];
  if (path === HEALTH_PATH && method === "GET") {
    return { status: 200, headers: { "content-type": "application/json" }, body: '{"status":"ok"}' };
  }
  if (path !== endpoint.config.path) {
    return errorResponse(404, {
      code: JsonRpcCode.HTTP_ERROR,
      message: `Not found. MCP is at ${endpoint.config.path}.`,
    });
  }
  if (method === "OPTIONS") return preflightResponse(caller.request);
  const outcome = await endpoint.gate?.(caller.request);
  if (outcome && "refused" in outcome) return outcome.refused;
  const visit: Visit = { ...caller, ...outcome, principal: principalOf(outcome?.authInfo) };
  if (method === "POST") return receive(endpoint, visit);
  return serveSession(endpoint, visit) ?? methodNotAllowed(endpoint);
}

/** GET and DELETE, which concern sessions; undefined where there are none. */
function serveSession({ config, legacy }: Endpoint, visit: Visit): Promise<HttpResponse> | undefined {
  const { method, headers } = visit.request;
  // 2026-07-28 has neither (MCP, Streamable HTTP).
  if ((headers["mcp-protocol-version"] ?? "") >= FIRST_WITHOUT_SESSIONS) return undefined;
  if (method === "GET" && legacy.openStream) {
    return serveStream(legacy.openStream, { ...visit, heartbeatMs: config.heartbeatSeconds * 1000 });
  }
  const { endSession } = legacy;
  return method === "DELETE" && endSession ? answerOf(visit, () => endSession(visit)) : undefined;
}

function methodNotAllowed({ legacy }: Endpoint): HttpResponse {
  const message = "Method not allowed: send MCP messages with POST.";
  const allow = legacy.openStream ? "GET, POST, DELETE, OPTIONS" : "POST, OPTIONS";
  return errorResponse(405, { code: JsonRpcCode.HTTP_ERROR, message }, { allow });
}

/** Reads and parses the body, once for both eras. */
async function receive(endpoint: Endpoint, visit: Visit): Promise<HttpResponse> {
  const { body, headers } = visit.request;
  const { maxBodyBytes } = endpoint.config;
  if (!isJsonContentType(headers["content-type"])) {
    const message = "Unsupported media type: the body must be application/json.";
    return errorResponse(415, { code: JsonRpcCode.HTTP_ERROR, message });
  }
  if (sizeOf(body) > maxBodyBytes) {
    const message = `The body is too large: ${maxBodyBytes} bytes are the most that is accepted.`;
    return errorResponse(413, { code: JsonRpcCode.HTTP_ERROR, message });
  }
  let message: unknown;
  try {
    message = JSON.parse(typeof body === "string" ? body : utf8.decode(body));
  } catch {
    return errorResponse(400, {
      code: JsonRpcCode.PARSE_ERROR,
      message: "Parse error: the body is not JSON in UTF-8.",
    });
  }
  noteMessage(visit.notes, message);
  return serveMessage(endpoint, { ...visit, message, heartbeatMs: endpoint.config.heartbeatSeconds * 1000 });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const sizeOf = (body: string | Uint8Array | undefined): number =>
  typeof body === "string" ? Buffer.byteLength(body) : (body?.length ?? 0);
