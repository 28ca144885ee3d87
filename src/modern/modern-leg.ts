import { AsyncLocalStorage } from "node:async_hooks";
import {
  createMcpHandler,
  InMemoryServerEventBus,
  type McpHttpHandler,
  McpServer,
  Server,
  type ServerEventBus,
  type ServerNotifier,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import { AnycloudError } from "../errors.ts";
import { fromWebResponse, toWebRequest } from "../fetch.ts";
import type { HttpResponse } from "../handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../json-rpc.ts";
import { rememberToolSchemas } from "../json-schema-memo.ts";
import type { Exchange, Leg } from "../leg.ts";
import { assertServer, type ServerFactory } from "../server.ts";
import { isEventStream, sseMessages } from "../sse.ts";

export interface ModernLeg {
  readonly serve: Leg;
  /** Publishes to every `subscriptions/listen` stream of this process. */
  readonly notify: ServerNotifier;
}

/** What comes to light while one request is served. */
interface Findings {
  isModern: boolean;
  error?: Error;
}

/** Serves MCP 2026-07-28: every request is whole in itself, answered by a server of its own over the SDK's dispatch. */
export function createModernLeg(createServer: ServerFactory): ModernLeg {
  const current = new AsyncLocalStorage<Findings>();
  const onerror = (error: Error): void => {
    const findings = current.getStore();
    if (findings) findings.error = error;
  };
  const bus: ServerEventBus = new InMemoryServerEventBus(onerror);
  const open = (): McpHttpHandler =>
    createMcpHandler(
      async (context) => {
        const product: unknown = await createServer({ ...context, notify: handler.notify });
        assertServer(product);
        if (product instanceof McpServer || product instanceof Server) {
          rememberToolSchemas(product);
          return product;
        }
        const findings = current.getStore();
        if (findings) findings.isModern = false;
        throw new AnycloudError("SERVER_INVALID", "A server of SDK v1 speaks the 2025 protocols only.");
      },
      // Heartbeats are the endpoint's, the same for every kind of answer.
      { legacy: "reject", bus, keepAliveMs: 0, onerror },
    );
  const handler = open();

  async function serve(exchange: Exchange): Promise<HttpResponse> {
    const listening = (exchange.message as { method?: unknown } | null)?.method === "subscriptions/listen";
    if (listening && !exchange.canStream) return listenRefusal(exchange);
    // A handler of its own, because closing one ends all its subscriptions with the graceful result.
    const serving = listening ? open() : handler;
    if (listening) exchange.deadline?.addEventListener("abort", () => void serving.close(), { once: true });
    const findings: Findings = { isModern: true };
    const request = toWebRequest(exchange.request, exchange.abandoned);
    const response = await current.run(findings, () => serving.fetch(request, { parsedBody: exchange.message }));
    if (!findings.isModern) return versionRefusal(exchange);
    if (response.status >= 500) exchange.failed(findings.error);
    const answer = await fromWebResponse(response);
    return exchange.canStream ? answer : wholeAnswer(answer);
  }
  return { serve, notify: handler.notify };
}

/** The result of a stream alone: notifications on the way to it have no place in one JSON body. */
async function wholeAnswer(response: HttpResponse): Promise<HttpResponse> {
  if (!isEventStream(response)) return response;
  const chunks = await Array.fromAsync(response.body as AsyncIterable<string>);
  const body = sseMessages(chunks.join("")).at(-1) ?? "";
  return { status: response.status, headers: { "content-type": "application/json" }, body };
}

/** Clients take "method not found" as the word that there are no notifications to wait for here. */
const listenRefusal = ({ message }: Exchange): HttpResponse =>
  errorResponse(404, {
    code: JsonRpcCode.METHOD_NOT_FOUND,
    message: "subscriptions/listen needs a front door that streams; this one answers with whole bodies only.",
    id: requestIdOf(message),
  });

/** Tells a client of both eras to fall back to `initialize` (MCP 2026-07-28, Versioning, Backward Compatibility). */
const versionRefusal = ({ message, request }: Exchange): HttpResponse =>
  errorResponse(400, {
    code: JsonRpcCode.UNSUPPORTED_PROTOCOL_VERSION,
    message: "This server speaks the 2025 protocols: open with initialize.",
    data: { supported: SUPPORTED_PROTOCOL_VERSIONS, requested: request.headers["mcp-protocol-version"] },
    id: requestIdOf(message),
  });
