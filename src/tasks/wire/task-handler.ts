import type { JSONRPCMessage, JSONRPCRequest } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../../http/http-handler.ts";
import { isRecord } from "../../http/json-rpc.ts";
import { MODERN_REVISION } from "../../protocol-2026/revision.ts";
import type { McpRequest, ProtocolHandler } from "../../server/mcp-request.ts";
import { LISTEN } from "../../server/operation.ts";
import { type IncomingCall, taskCall } from "../task-call.ts";
import { TASKS_EXTENSION } from "../task-record.ts";
import { listenToTasks, taskIdsIn } from "./task-listen.ts";
import { declaresTasks, type MethodOptions, refuseUndeclared, serveTaskMethod, TASK_METHODS } from "./task-methods.ts";

/** The handler of 2026-07-28 with the Tasks extension. */
export const withTasks = (inner: ProtocolHandler, options: MethodOptions): ProtocolHandler => ({
  async serve(mcpRequest) {
    const message = mcpRequest.message as JSONRPCRequest;
    if (mcpRequest.inbound.kind !== "modern" || mcpRequest.inbound.messageKind !== "request") {
      return inner.serve(mcpRequest);
    }
    const { method } = message;
    if (method === "tools/call") return serveCall(mcpRequest, inner, options, declaresTasks(message));
    if (method === "server/discover") return inner.serve(withOutgoing(mcpRequest, withExtension));
    if (method === LISTEN) {
      const ids = taskIdsIn(message);
      if (!ids || !mcpRequest.canStream) return inner.serve(mcpRequest);
      return declaresTasks(message) ? listenToTasks(mcpRequest, ids, inner, options) : refuseUndeclared(mcpRequest);
    }
    const isOurs = TASK_METHODS.has(method) && !isForeign(message) && repeatsBody(mcpRequest, message);
    // The SDK answers wrong headers, as for its own methods.
    return isOurs ? serveTaskMethod(mcpRequest, options) : inner.serve(mcpRequest);
  },
});

/** The handler of an era whose clients take no tasks. */
export const withInlineTasks = (inner: ProtocolHandler, options: MethodOptions): ProtocolHandler => ({
  serve: (mcpRequest) => serveCall(mcpRequest, inner, options, false),
});

/** Serves a request whose tools may become tasks. */
async function serveCall(
  mcpRequest: McpRequest,
  inner: ProtocolHandler,
  { engine }: MethodOptions,
  takesTasks: boolean,
): Promise<HttpResponse> {
  const call: IncomingCall = { kind: "incoming", engine, mcpRequest, declaresTasks: takesTasks };
  const replace = (message: JSONRPCMessage): JSONRPCMessage =>
    call.replacement && !("method" in message)
      ? ({ ...envelopeOf(message), ...call.replacement } as JSONRPCMessage)
      : message;
  const response = await taskCall.run(call, () =>
    inner.serve(takesTasks || isModern(mcpRequest) ? withOutgoing(mcpRequest, replace) : mcpRequest),
  );
  if (call.failure) throw call.failure;
  const swept = call.replacement ? engine.sweep(mcpRequest.invocation) : undefined;
  if (swept) mcpRequest.invocation.waitUntil?.(swept);
  return response;
}

const isModern = ({ logFields }: McpRequest): boolean => logFields.era === "modern";

const envelopeOf = (message: JSONRPCMessage): object => ({
  jsonrpc: "2.0",
  ...("id" in message && { id: message.id }),
});

/** The same request, with `map` closest to the server: what it makes of a message is audited and limited like any other. */
function withOutgoing(mcpRequest: McpRequest, map: (message: JSONRPCMessage) => JSONRPCMessage): McpRequest {
  const { interceptor } = mcpRequest;
  const mapOutgoing = (message: JSONRPCMessage): JSONRPCMessage => {
    const mapped = map(message);
    return interceptor ? interceptor.mapOutgoing(mapped) : mapped;
  };
  return { ...mcpRequest, interceptor: { ...interceptor, mapOutgoing } };
}

/** The answer to `server/discover` with the extension among the server's capabilities. */
function withExtension(message: JSONRPCMessage): JSONRPCMessage {
  if (!("result" in message) || !isRecord(message.result.capabilities)) return message;
  const { capabilities } = message.result;
  const extensions = { ...(isRecord(capabilities.extensions) && capabilities.extensions), [TASKS_EXTENSION]: {} };
  return { ...message, result: { ...message.result, capabilities: { ...capabilities, extensions } } };
}

/** Whether a task belongs to a server behind this one: an id of ours has no dot. */
const isForeign = ({ params }: JSONRPCRequest): boolean => String(params?.taskId).includes(".");

/** Whether the headers repeat the method and the task of a request (SEP-2663, Streamable HTTP). */
function repeatsBody({ request: { headers } }: McpRequest, { method, params }: JSONRPCRequest): boolean {
  if (headers["mcp-protocol-version"] !== MODERN_REVISION || headers["mcp-method"] !== method) return false;
  const taskId = params?.taskId;
  return typeof taskId !== "string" || decoded(headers["mcp-name"]) === taskId;
}

/** A value of a header, which may be in base64 (SEP-2243). */
function decoded(value: string | undefined): string | undefined {
  const base64 = /^=\?base64\?(.*)\?=$/.exec(value ?? "")?.[1];
  return base64 === undefined ? value : Buffer.from(base64, "base64").toString();
}
