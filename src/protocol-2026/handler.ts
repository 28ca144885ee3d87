import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { McpRequest, ProtocolHandler } from "../auth/request-context.ts";
import { waitingSeconds } from "../config/stream-seconds.ts";
import type { ServerFactory } from "../define-server.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";
import { lazyRequest } from "../http/lazy-request.ts";
import { createIdleLines, type IdleLines } from "../server/idle-lines.ts";
import { createLazyServer } from "../server/lazy-server.ts";
import type { DirectLine } from "../server/server-connection.ts";
import type { ChangeEvents } from "../services/change-events.ts";
import type { OpenServicesOf } from "../services/services.ts";
import { callDirectly, openLine } from "./direct-call.ts";
import { usualCall } from "./fast-path.ts";
import { flushBeforeResponse, wholeAnswer } from "./flush-before-response.ts";
import { endInTime, startListening } from "./listen.ts";
import { createDispatch } from "./sdk-handler.ts";

export interface Protocol2026Options {
  readonly createServer: ServerFactory;
  readonly openServices: OpenServicesOf;
  /** Where `subscriptions/listen` hears what changed, on whatever instance. */
  readonly changeEvents: ChangeEvents;
  /** Seconds after which a `subscriptions/listen` is ended, for its client to listen again. Default: `waitingSeconds`. */
  readonly streamSeconds?: number | undefined;
  /** False for the SDK's own entry, whatever is asked. Default true. */
  readonly fastPath?: boolean | undefined;
}

/** Serves MCP 2026-07-28: every request is whole in itself, answered by a server of its own over the SDK's dispatch. */
export function createProtocol2026Handler(options: Protocol2026Options): ProtocolHandler {
  const { fastPath = true } = options;
  const idle = fastPath ? createIdleLines(options.createServer) : undefined;
  return {
    async serve(mcpRequest) {
      if (!isListen(mcpRequest.message)) return call(mcpRequest, { ...options, fastPath, idle });
      return mcpRequest.canStream ? listen(mcpRequest, options) : listenRefusal(mcpRequest);
    },
  };
}

/** Whether a message asks for a stream that waits for news. */
export const isListen = (message: unknown): boolean =>
  (message as { method?: unknown } | null)?.method === "subscriptions/listen";

interface CallOptions extends Protocol2026Options {
  readonly fastPath: boolean;
  readonly idle: IdleLines | undefined;
}

async function call(mcpRequest: McpRequest, options: CallOptions): Promise<HttpResponse> {
  const { createServer, openServices, idle } = options;
  const webRequest = lazyRequest(mcpRequest.request, mcpRequest.abandoned);
  const usual = options.fastPath ? usualCall(mcpRequest.inbound, mcpRequest.request) : undefined;
  const reused = usual && idle?.take();
  if (usual && reused && idle) {
    // What a factory makes that is told nothing knows no services.
    const { give } = idle;
    const answer = await callDirectly({ call: usual, mcpRequest, webRequest, line: reused, done: give, leave: give });
    if (answer) return answer;
  }
  const services = openServices(mcpRequest);
  const server = createLazyServer({ createServer, mcpRequest, services, webRequest });
  const line = usual && !reused ? await openLine(server) : undefined;
  // What is not for this line is for the SDK's own entry, which connects the server anew.
  const ends = { done: idle?.give ?? hangUp, leave: hangUp };
  const direct = usual && line && (await callDirectly({ call: usual, mcpRequest, webRequest, line, ...ends }));
  const response = direct ?? (await createDispatch({ server, mcpRequest }).answer());
  if (!server.isModern) return versionRefusal(mcpRequest);
  return flushBeforeResponse(mcpRequest.canStream ? response : await wholeAnswer(response), { services, mcpRequest });
}

const hangUp = (line: DirectLine): void => line.close();

async function listen(mcpRequest: McpRequest, options: Protocol2026Options): Promise<HttpResponse> {
  const { createServer, openServices, changeEvents, streamSeconds } = options;
  const { invocation, handlesItsDeadline } = mcpRequest;
  // One that comes too late is told to subscribe again, too.
  if (invocation.deadline?.aborted) handlesItsDeadline();
  const { bus, over, sdkAnswered } = await startListening(changeEvents);
  const webRequest = lazyRequest(mcpRequest.request, mcpRequest.abandoned);
  const server = createLazyServer({ createServer, mcpRequest, services: openServices(mcpRequest), webRequest });
  const { answer, close } = createDispatch({ server, mcpRequest, bus });
  try {
    const response = await answer();
    return server.isModern ? response : versionRefusal(mcpRequest);
  } finally {
    sdkAnswered();
    // With the result that tells the client to subscribe again.
    handlesItsDeadline();
    endInTime(close, { seconds: waitingSeconds(streamSeconds, invocation), deadline: invocation.deadline, over });
  }
}

/** Clients take "method not found" as the word that there are no notifications to wait for here. */
const listenRefusal = ({ message }: McpRequest): HttpResponse =>
  errorResponse(404, {
    code: JsonRpcCode.METHOD_NOT_FOUND,
    message: "subscriptions/listen needs an ingress that streams; this one answers with whole bodies only.",
    id: requestIdOf(message),
  });

/** Tells a client of both eras to fall back to `initialize` (MCP 2026-07-28, Versioning, Backward Compatibility). */
const versionRefusal = ({ message, request }: McpRequest): HttpResponse =>
  errorResponse(400, {
    code: JsonRpcCode.UNSUPPORTED_PROTOCOL_VERSION,
    message: "This server speaks the 2025 protocols: open with initialize.",
    data: { supported: SUPPORTED_PROTOCOL_VERSIONS, requested: request.headers["mcp-protocol-version"] },
    id: requestIdOf(message),
  });
