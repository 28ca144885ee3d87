import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import { recordFailure } from "../../http/error-response.ts";
import type { HttpResponse, Invocation } from "../../http/http-handler.ts";
import type { RequestLogFields } from "../../http/record/log-fields.ts";
import { MODERN_REVISION } from "../../protocol-2026/revision.ts";
import type { McpRequest, ProtocolHandler } from "../../server/mcp-request.ts";
import { taskCall, type WatchCall, type WorkCall } from "../task-call.ts";
import type { TaskCallRequest } from "../task-record.ts";
import type { StoredTask, TaskStore } from "../task-store.ts";
import { CALL } from "../tools/start-task.ts";

/** On whose behalf a tool is called again. */
export interface DispatchOptions {
  readonly tasks: TaskStore;
  /** The handler of 2026-07-28, without tasks. */
  readonly handler: ProtocolHandler;
  readonly maxOutputBytes: number;
}

export interface Dispatched {
  readonly invocation: Invocation;
  readonly logFields: RequestLogFields;
  readonly signal: AbortSignal;
}

/**
 * Calls the tool of a task as its client called it, on a server that is built for this. Undefined where the call is gone.
 * Throws STORE_UNAVAILABLE.
 */
export async function dispatchCall(
  { id, record }: StoredTask,
  call: WorkCall | WatchCall,
  { tasks, handler, maxOutputBytes }: DispatchOptions,
  { invocation, logFields, signal }: Dispatched,
): Promise<HttpResponse | undefined> {
  const stored = record.call ?? ((await tasks.readApart(id, CALL)) as TaskCallRequest | undefined);
  if (!stored) return undefined;
  const message: JSONRPCRequest = { jsonrpc: "2.0", id, method: "tools/call", params: stored.params };
  const { caller, authInfo } = record;
  const classification = { era: "modern", revision: MODERN_REVISION } as const;
  const headers = {
    ...stored.headers,
    "content-type": "application/json",
    "mcp-protocol-version": MODERN_REVISION,
    "mcp-method": message.method,
  };
  const mcpRequest: McpRequest = {
    request: { method: "POST", url: stored.url, headers },
    invocation,
    // The job's outcome is recorded when it ends, not here: a handler that waits is answered before its task has ended.
    logFields: { ...logFields },
    caller,
    principal: caller.principal,
    // Tokens are not kept: what they proved is.
    ...(authInfo && { authInfo: { ...authInfo, token: "" } }),
    message,
    inbound: { kind: "modern", messageKind: "request", message, classification },
    isPlain: true,
    signal,
    canStream: false,
    maxOutputBytes,
    reportFailure: (error) => recordFailure(logFields, error),
    lifetime: { endsAtDeadline: false, isAnswering: true },
  };
  return taskCall.run(call, () => handler.serve(mcpRequest));
}
