import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type Implementation,
  LOG_LEVEL_META_KEY,
  ProtocolError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import type { FactoryContext } from "../../server/server-factory.ts";
import { missingTasks, TASKS_EXTENSION, type TaskError } from "../../tasks/task-record.ts";
import type { DeclaredClient, Forward, ForwardedRequest, JsonObject } from "./forwarded-request.ts";

export interface ForwardingServerOptions {
  readonly info: Implementation;
  readonly instructions?: string | undefined;
  readonly context: Pick<FactoryContext, "era">;
  /** Whether a server behind it may answer with tasks of its own. Default false. */
  readonly hasTasks?: boolean;
  readonly forward: Forward;
}

/** Everything that a server can have: what one behind it has is known only when it is asked, and may change. */
const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

const METHODS = [
  "tools/list",
  "tools/call",
  "prompts/list",
  "prompts/get",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "completion/complete",
  "resources/subscribe",
  "resources/unsubscribe",
] as const;

const TASK_METHODS = ["tasks/get", "tasks/update", "tasks/cancel"] as const;

const taskParams = z.looseObject({ taskId: z.string() });

/** A server that answers each request with what `forward` gives back for it. */
export function createForwardingServer(options: ForwardingServerOptions): Server {
  const { info, instructions, context, hasTasks = false, forward } = options;
  const extensions = hasTasks ? { extensions: { [TASKS_EXTENSION]: {} } } : {};
  const server = new Server(info, {
    capabilities: { ...CAPABILITIES, ...extensions },
    ...(instructions && { instructions }),
  });
  let logLevel: string | undefined;
  const clientOf = (ctx: ServerContext): DeclaredClient =>
    context.era === "modern" ? clientOfRequest(ctx) : { ...clientOfSession(server), logLevel };
  const answer = async (method: string, params: object | undefined, ctx: ServerContext): Promise<never> => {
    const client = clientOf(ctx);
    // The SDK checks results of the specification's methods, whatever their static types say.
    return (await forward(toForwarded({ era: context.era, method, params, ctx, client }))) as never;
  };
  for (const method of METHODS) server.setRequestHandler(method, ({ params }, ctx) => answer(method, params, ctx));
  server.setRequestHandler("logging/setLevel", ({ params }) => {
    logLevel = params.level;
    return {};
  });
  for (const method of hasTasks ? TASK_METHODS : []) {
    server.setRequestHandler(method, { params: taskParams }, (params, ctx) => {
      if (!takesTasks(clientOf(ctx))) throw toProtocolError(missingTasks());
      return answer(method, params, ctx);
    });
  }
  return server;
}

const takesTasks = ({ capabilities: { extensions } }: DeclaredClient): boolean =>
  typeof extensions === "object" && extensions !== null && TASKS_EXTENSION in extensions;

const toProtocolError = ({ code, message, data }: TaskError): ProtocolError => new ProtocolError(code, message, data);

function clientOfRequest({ mcpReq }: ServerContext): DeclaredClient {
  const envelope = (mcpReq.envelope ?? {}) as JsonObject;
  return {
    capabilities: (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as JsonObject,
    info: envelope[CLIENT_INFO_META_KEY] as DeclaredClient["info"],
    logLevel: envelope[LOG_LEVEL_META_KEY] as string | undefined,
  };
}

const clientOfSession = (server: Server): DeclaredClient => ({
  capabilities: { ...server.getClientCapabilities() },
  info: server.getClientVersion(),
});

function toForwarded(asked: {
  readonly era: ForwardedRequest["era"];
  readonly method: string;
  readonly params: object | undefined;
  readonly ctx: ServerContext;
  readonly client: DeclaredClient;
}): ForwardedRequest {
  const { era, method, params, client, ctx } = asked;
  const { mcpReq, sessionId, http } = ctx;
  const requestState = mcpReq.requestState();
  const { inputResponses } = mcpReq;
  return {
    era,
    method,
    // The SDK takes these two out of the parameters.
    params: {
      ...params,
      ...(inputResponses && { inputResponses }),
      ...(requestState !== undefined && { requestState }),
    },
    client,
    sessionId,
    signal: mcpReq.signal,
    closeStream: http?.closeSSE,
    notify: (notification) => mcpReq.notify(notification as Parameters<typeof mcpReq.notify>[0]),
    ask: (request) => mcpReq.send(request as never) as unknown as Promise<JsonObject>,
  };
}
