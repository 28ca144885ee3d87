import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import type { Exchange, Leg } from "../auth/request-context.ts";
import type { DirectLine } from "../server/server-connection.ts";
import { createIdleLines, type IdleLines } from "../server/idle-lines.ts";
import type { ServerFactory } from "../define-server.ts";
import type { OpenServicesOf } from "../services/services.ts";
import type { FleetEvents } from "../services/change-events.ts";
import { waitingSeconds } from "../config/stream-seconds.ts";
import { callDirectly, openLine } from "./direct-call.ts";
import { createDispatch } from "./sdk-handler.ts";
import { endInTime, startListening } from "./listen.ts";
import { madeServer } from "../server/lazy-server.ts";
import { settledAnswer, wholeAnswer } from "./flush-before-response.ts";
import { usualCall } from "./fast-path.ts";

export interface ModernLegOptions {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
  /** Where `subscriptions/listen` hears what changed, on whatever instance. */
  readonly fleetEvents: FleetEvents;
  /** Seconds after which a `subscriptions/listen` is ended, for its client to listen again. Default: `waitingSeconds`. */
  readonly streamSeconds?: number | undefined;
  /** False for the SDK's own entry, whatever is asked. Default true. */
  readonly shortcuts?: boolean | undefined;
}

/** Serves MCP 2026-07-28: every request is whole in itself, answered by a server of its own over the SDK's dispatch. */
export function createModernLeg(options: ModernLegOptions): Leg {
  const { shortcuts = true } = options;
  const idle = shortcuts ? createIdleLines(options.createServer) : undefined;
  return {
    async serve(exchange) {
      if (!isListen(exchange.message)) return call(exchange, { ...options, shortcuts, idle });
      return exchange.canStream ? listen(exchange, options) : listenRefusal(exchange);
    },
  };
}

/** Whether a message asks for a stream that waits for news. */
export const isListen = (message: unknown): boolean =>
  (message as { method?: unknown } | null)?.method === "subscriptions/listen";

interface CallOptions extends ModernLegOptions {
  readonly shortcuts: boolean;
  readonly idle: IdleLines | undefined;
}

async function call(exchange: Exchange, options: CallOptions): Promise<HttpResponse> {
  const { createServer, openServices, idle } = options;
  const webRequest = lazyRequest(exchange.request, exchange.abandoned);
  const usual = options.shortcuts ? usualCall(exchange.inbound, exchange.request) : undefined;
  const reused = usual && idle?.take();
  if (usual && reused && idle) {
    // What a factory makes that is told nothing knows no services.
    const { give } = idle;
    const answer = await callDirectly({ call: usual, exchange, webRequest, line: reused, done: give, leave: give });
    if (answer) return answer;
  }
  const services = openServices(exchange);
  const server = madeServer({ createServer, exchange, services, webRequest });
  const line = usual && !reused ? await openLine(server) : undefined;
  // What is not for this line is for the SDK's own entry, which connects the server anew.
  const ends = { done: idle?.give ?? hangUp, leave: hangUp };
  const direct = usual && line && (await callDirectly({ call: usual, exchange, webRequest, line, ...ends }));
  const response = direct ?? (await createDispatch({ server, exchange }).answer());
  if (!server.isModern) return versionRefusal(exchange);
  return settledAnswer(exchange.canStream ? response : await wholeAnswer(response), { services, exchange });
}

const hangUp = (line: DirectLine): void => line.close();

async function listen(exchange: Exchange, options: ModernLegOptions): Promise<HttpResponse> {
  const { createServer, openServices, fleetEvents, streamSeconds } = options;
  const { invocation, endsItself } = exchange;
  // One that comes too late is told to subscribe again, too.
  if (invocation.deadline?.aborted) endsItself();
  const { bus, over, sdkAnswered } = await startListening(fleetEvents);
  const webRequest = lazyRequest(exchange.request, exchange.abandoned);
  const server = madeServer({ createServer, exchange, services: openServices(exchange), webRequest });
  const { answer, close } = createDispatch({ server, exchange, bus });
  try {
    const response = await answer();
    return server.isModern ? response : versionRefusal(exchange);
  } finally {
    sdkAnswered();
    // With the result that tells the client to subscribe again.
    endsItself();
    endInTime(close, { seconds: waitingSeconds(streamSeconds, invocation), deadline: invocation.deadline, over });
  }
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
