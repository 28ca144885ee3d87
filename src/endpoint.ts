import { isJsonContentType } from "@modelcontextprotocol/server";
import { type Config, readConfig } from "./config.ts";
import { type Legs, serveMessage } from "./exchange.ts";
import type { HttpHandler, HttpRequest, HttpResponse, Invocation } from "./handler.ts";
import { errorResponse, JsonRpcCode } from "./json-rpc.ts";
import { createLegacyLeg } from "./legacy/legacy-leg.ts";
import { type LogSink, noteMessage, type RequestNotes, startRequestLog, writeLogLine } from "./log.ts";
import { createModernLeg } from "./modern/modern-leg.ts";
import { preflightResponse, readableBy } from "./security/cors.ts";
import { hostProblem } from "./security/hosts.ts";
import { isAllowedOrigin } from "./security/origins.ts";
import { factoryOf, type ServerDefinition, type ServerFactory } from "./server.ts";

/** Overrides of what the environment configures, and what no variable can hold. */
export interface McpEndpointOptions extends Partial<Config> {
  /** Where request records go. Default: one JSON line each on standard output. */
  readonly log?: LogSink;
}

interface Endpoint extends Legs {
  readonly config: Config;
}

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
  const { log = writeLogLine, ...overrides } = options;
  const config: Config = { ...readConfig(globalThis.process?.env ?? {}), ...overrides };
  const createServer = factoryOf(server);
  const { serve: modern, notify } = createModernLeg(createServer);
  const legacy = createLegacyLeg({ createServer, notify });
  const endpoint: Endpoint = { config, modern, legacy };
  const sink: LogSink = (record) => {
    if (config.logLevel === "info" || config.logLevel === record.level) log(record);
  };

  return async (request, invocation) => {
    const { notes, finish } = startRequestLog(request, invocation, sink);
    return finish(await answer(endpoint, { request, invocation, notes }));
  };
}

interface Visit {
  readonly request: HttpRequest;
  readonly invocation: Invocation;
  readonly notes: RequestNotes;
}

/** The way of a request, in reading order: who asks, for what, in which era. */
async function answer(endpoint: Endpoint, visit: Visit): Promise<HttpResponse> {
  const { request, invocation } = visit;
  const hostRefused = hostProblem(request.headers.host, endpoint.config, invocation.clientIp);
  if (hostRefused) return forbidden(hostRefused);
  const { origin } = request.headers;
  if (!origin) return route(endpoint, visit);
  if (!isAllowedOrigin(origin, endpoint.config, invocation.clientIp)) return forbidden("This web origin may not call.");
  return readableBy(origin, await route(endpoint, visit));
}

const forbidden = (message: string): HttpResponse => errorResponse(403, { code: JsonRpcCode.HTTP_ERROR, message });

async function route(endpoint: Endpoint, visit: Visit): Promise<HttpResponse> {
  const { method, url } = visit.request;
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
  if (method === "OPTIONS") return preflightResponse(visit.request);
  if (method === "POST") return receive(endpoint, visit);
  const message = "Method not allowed: send MCP messages with POST.";
  return errorResponse(405, { code: JsonRpcCode.HTTP_ERROR, message }, { allow: "POST, OPTIONS" });
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
