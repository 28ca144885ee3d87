import {
  INVALID_PARAMS,
  type JSONRPCRequest,
  type JSONRPCResponse,
  type LoggingLevel,
  METHOD_NOT_FOUND,
} from "@modelcontextprotocol/server";
import { type ReadOptions, readRefusal } from "./read-refusal.ts";
import type { Sessions } from "./session-record.ts";
import { MAX_SUBSCRIPTIONS } from "./subscriptions.ts";

/** Methods that change a session. */
export const UPDATING_METHODS: ReadonlySet<string> = new Set([
  "logging/setLevel",
  "resources/subscribe",
  "resources/unsubscribe",
]);

export interface UpdateOptions extends ReadOptions {
  readonly sessions: Sessions;
}

export interface HandledRequest {
  readonly request: JSONRPCRequest;
  readonly response: JSONRPCResponse;
}

/**
 * Stores how a request changed its session, before its client receives the response; gives back the response to send. A
 * server that declares subscriptions and handles none itself leaves them to the toolkit: `notify.resourceUpdated` reaches
 * the subscribers, who are callers that can read the resource.
 */
export async function applySessionUpdate(
  { sessions, session, ...options }: UpdateOptions,
  { request, response }: HandledRequest,
): Promise<JSONRPCResponse> {
  const isUnhandled = "error" in response && response.error.code === METHOD_NOT_FOUND;
  const isTakenOver =
    isUnhandled && request.method !== "logging/setLevel" && session.record.capabilities.resources?.subscribe;
  if (!isTakenOver && !("result" in response)) return response;
  if (isTakenOver && request.method === "resources/subscribe") {
    const refusal = await readRefusal({ ...options, session }, String(request.params?.uri));
    if (refusal) return { ...refusal, id: request.id };
  }
  const problem = await update(sessions, session.id, request);
  if (problem) return { jsonrpc: "2.0", id: request.id, error: { code: INVALID_PARAMS, message: problem } };
  return isTakenOver ? { jsonrpc: "2.0", id: request.id, result: {} } : response;
}

const LEVELS = [
  ...["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"],
] as readonly LoggingLevel[];

/** Undefined, or the reason why the session does not keep it. */
async function update(sessions: Sessions, id: string, { method, params }: JSONRPCRequest): Promise<string | undefined> {
  if (method === "logging/setLevel") {
    // A server with handlers of its own may accept anything, of any length.
    const logLevel = LEVELS.find((level) => level === params?.level);
    if (!logLevel) return `Invalid params: level must be one of ${LEVELS.join(", ")}.`;
    await sessions.update(id, (record) => ({ ...record, logLevel }));
    return undefined;
  }
  const uri = params?.uri;
  if (typeof uri !== "string") return "Invalid params: uri must be a string.";
  if (method === "resources/unsubscribe") await sessions.unsubscribe(id, uri);
  else if (!(await sessions.subscribe(id, uri)))
    return `Invalid params: a session has at most ${MAX_SUBSCRIPTIONS} subscriptions. Unsubscribe from another resource first.`;
  return undefined;
}
