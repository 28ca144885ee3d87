import { ProtocolError } from "@modelcontextprotocol/server";
import { ANYBODY } from "../../auth/caller.ts";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import type { FactoryContext } from "../../server/server-factory.ts";
import type { ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";

export interface SealOptions {
  readonly context: FactoryContext;
  /** Whether the upstream can tell callers apart. */
  readonly perCaller: boolean;
}

/**
 * Where an upstream cannot tell callers apart, what it hands to one of them must not serve another: its `requestState` is
 * sealed for the caller and the call, and its tasks are known to the caller alone, by a name that is given here.
 */
const isSealed = ({ era }: ForwardedRequest, { context, perCaller }: SealOptions): boolean =>
  era === "modern" && !perCaller && context.caller.principal !== ANYBODY.principal;

/** The parameters for the upstream. Throws ProtocolError for a state or task that is not this caller's. */
export async function withUnsealedParams(
  request: ForwardedRequest,
  options: SealOptions,
): Promise<ForwardedRequest["params"]> {
  const { params, method } = request;
  const { context } = options;
  if (method.startsWith("tasks/")) {
    const taskId = await context.handles.get<string>(String(params.taskId));
    if (taskId === undefined) throw new ProtocolError(JsonRpcCode.INVALID_PARAMS, `Unknown task: ${params.taskId}`);
    return { ...params, taskId };
  }
  if (typeof params.requestState !== "string" || !isSealed(request, options)) return params;
  return { ...params, requestState: await context.requestState.verify(params.requestState) };
}

/** Seconds for which a task is known here, where the upstream does not say for how long it keeps it. */
const TASK_SECONDS = 86_400;

/** The upstream's result for the client. */
export async function withSealedResult(
  result: JsonObject,
  request: ForwardedRequest,
  options: SealOptions,
): Promise<JsonObject> {
  const { handles, requestState } = options.context;
  const { resultType, taskId, ttlMs, requestState: state } = result;
  if (request.method.startsWith("tasks/"))
    return taskId === undefined ? result : { ...result, taskId: request.params.taskId };
  if (resultType === "task") {
    const ttlSeconds = typeof ttlMs === "number" && ttlMs > 0 ? Math.ceil(ttlMs / 1000) : TASK_SECONDS;
    return { ...result, taskId: await handles.create(taskId, { ttlSeconds }) };
  }
  if (resultType !== "input_required" || typeof state !== "string" || !isSealed(request, options)) return result;
  // `mint` asks that states are opened by `verify`, as they are above.
  void requestState.verify;
  return { ...result, requestState: await requestState.mint(state) };
}
