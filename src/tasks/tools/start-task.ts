import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import { AnycloudError } from "../../errors.ts";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import { toTraceparent } from "../../http/record/trace-context.ts";
import { limitOwner } from "../../limits/limit-owner.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import { partitionOf } from "../../services/caller-scope.ts";
import { endTask } from "../jobs/end-task.ts";
import { policyArgumentsOf } from "../task-access.ts";
import type { IncomingCall, Replacement } from "../task-call.ts";
import { type TaskCallRequest, type TaskRecord, taskFields } from "../task-record.ts";
import { newTaskId } from "../task-store.ts";

/** How one tool's tasks differ from the others of its server. */
export interface TaskLife {
  readonly ttlMs?: number | undefined;
  readonly pollMs?: number | undefined;
}

/** Sort key of a call that is too large for the record. */
export const CALL = "call";
const MAX_CALL_IN_RECORD = 16_384;
/** Bytes of what names a watched job, in JSON: each poll reads it. */
const MAX_REFERENCE_BYTES = 16_384;

/** Throws RangeError for a reference that is too large, and TypeError for one that JSON cannot hold. */
function checkReference(reference: unknown): unknown {
  const bytes = Buffer.byteLength(JSON.stringify(reference) ?? "");
  if (bytes <= MAX_REFERENCE_BYTES) return reference;
  throw new RangeError(
    `What start gives back names a job in at most ${MAX_REFERENCE_BYTES} bytes of JSON, not in ${bytes}.`,
  );
}

/** Keeps a task for a call and hands it to the queue. The answer is there before any of the work is. Throws STORE_UNAVAILABLE. */
export async function startTask(
  { engine, mcpRequest }: IncomingCall,
  { ttlMs = engine.limits.ttlMs, pollMs = engine.limits.pollMs }: TaskLife,
  /** Begins the job that is watched. */
  begin?: (taskId: string) => Promise<unknown>,
): Promise<Replacement> {
  const { tasks } = engine;
  const owner = ownerOf(mcpRequest);
  const refusal = await engine.refusal(owner);
  if (refusal !== undefined) return { error: { code: JsonRpcCode.HTTP_ERROR, message: refusal } };
  const { caller, authInfo, invocation, logFields } = mcpRequest;
  const { span } = logFields;
  const { token: _token, ...facts } = authInfo ?? { token: "", clientId: "", scopes: [] };
  const id = newTaskId();
  const watched = begin && { reference: checkReference((await begin(id)) ?? null) };
  const call = toStoredCall(mcpRequest);
  const tool = String(call.params.name);
  const policyArguments = policyArgumentsOf(tool, call.params.arguments, engine.rules);
  const isLarge = Buffer.byteLength(JSON.stringify(call)) > MAX_CALL_IN_RECORD;
  const now = tasks.now();
  const record: TaskRecord = {
    tool,
    ...(!isLarge && { call }),
    caller,
    ...(policyArguments && { policyArguments }),
    ...(authInfo && { authInfo: facts }),
    owner,
    ...(span && { startedBy: toTraceparent(span) }),
    createdAt: now,
    updatedAt: now,
    ttlMs,
    pollMs,
    status: "working",
    attempt: 0,
    fruitless: 0,
    ...(watched ? { watched } : { dueAt: now }),
    operations: [],
  };
  if (isLarge) await tasks.keepApart({ id, record }, CALL, call);
  await tasks.create(id, record);
  if (!watched) {
    try {
      await engine.submit({ taskId: id }, invocation);
    } catch (error) {
      mcpRequest.reportFailure(error);
      if (isQueueUnavailable(error)) {
        const refused = { code: JsonRpcCode.INTERNAL_ERROR, message: NOT_BEGUN };
        // Ended, because the queue may have taken the job nevertheless.
        await endTask(tasks, id, { status: "failed", error: refused });
        return { error: refused };
      }
      // The first poll after a few seconds finds the task.
    }
  }
  return { result: { resultType: "task", ...taskFields(id, record) } };
}

const isQueueUnavailable = (error: unknown): boolean =>
  error instanceof AnycloudError && error.code === "QUEUE_UNAVAILABLE";

/** The record of the request says more: names of queues and projects are not for clients. */
const NOT_BEGUN = "The task did not begin, because the work queue of this server did not take it: try again later.";

/** Everything of a call that its workers need, without tokens. */
function toStoredCall({ message, request }: McpRequest): TaskCallRequest {
  const { requestState: _state, _meta, ...params } = (message as JSONRPCRequest).params ?? {};
  // Progress of a task is in its status.
  const { progressToken: _progress, ...meta } = _meta ?? {};
  const kept = Object.entries(request.headers).filter(
    ([name]) => name === "host" || name === "mcp-name" || name.startsWith("mcp-param-"),
  );
  return { params: { ...params, _meta: meta }, headers: Object.fromEntries(kept), url: request.url };
}

/** A caller's name of fixed length; where callers are not told apart, that of an address. */
const ownerOf = (mcpRequest: McpRequest): string => partitionOf("owner", limitOwner(mcpRequest));
