import { withinLimit } from "../../limits/output.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import { isConflict } from "../../store/store.ts";
import type { WatchCall } from "../task-call.ts";
import { toStatusMessage } from "../task-record.ts";
import type { StoredTask } from "../task-store.ts";
import type { WatchedStatus } from "../tools/watch.ts";
import { endTask, type TaskEnd } from "./end-task.ts";
import { type DispatchOptions, dispatchCall } from "./task-dispatch.ts";

/** Asks the job that a task watches how it is, and keeps its end. A job that cannot be asked counts as working. */
export async function refreshWatched(
  task: StoredTask,
  mcpRequest: McpRequest,
  options: DispatchOptions,
): Promise<StoredTask> {
  const { tasks } = options;
  const status = (await askJob("status", task, mcpRequest, options)) as WatchedStatus<unknown> | undefined;
  if (status?.status === "completed" || status?.status === "failed") {
    try {
      await endTask(tasks, task, endOf(task.id, status, options));
    } catch (error) {
      // Another poll was first, or the task was cancelled.
      if (!isConflict(error)) throw error;
    }
    return (await tasks.get(task.id)) ?? task;
  }
  const { message } = status ?? {};
  return message === undefined
    ? task
    : { ...task, record: { ...task.record, statusMessage: toStatusMessage(message) } };
}

function endOf(
  id: string,
  status: Exclude<WatchedStatus<unknown>, { status: "working" }>,
  { maxOutputBytes }: DispatchOptions,
): TaskEnd {
  if (status.status === "failed") return { status: "failed", error: { code: -32603, message: status.message } };
  const result = { resultType: "complete", ...(status.result as object) };
  const response = withinLimit({ jsonrpc: "2.0", id, result }, maxOutputBytes);
  return "error" in response
    ? { status: "failed", error: response.error }
    : { status: "completed", result: response.result };
}

/** Tells the job that its task was cancelled. */
export async function cancelWatched(task: StoredTask, mcpRequest: McpRequest, options: DispatchOptions): Promise<void> {
  await askJob("cancel", task, mcpRequest, options);
}

async function askJob(
  kind: WatchCall["kind"],
  task: StoredTask,
  { invocation, logFields, signal }: McpRequest,
  options: DispatchOptions,
): Promise<unknown> {
  const call: WatchCall = { kind, reference: task.record.watched?.reference, taskId: task.id };
  await dispatchCall(task, call, options, { invocation, logFields: { ...logFields }, signal });
  return call.outcome;
}
