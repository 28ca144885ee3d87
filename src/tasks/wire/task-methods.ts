import { CLIENT_CAPABILITIES_META_KEY, type JSONRPCRequest } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../../http/http-handler.ts";
import { errorResponse, isRecord, JsonRpcCode, jsonResponse, requestIdOf } from "../../http/json-rpc.ts";
import { toLimitedText } from "../../limits/output.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import { isConflict } from "../../store/store.ts";
import { endTask } from "../jobs/end-task.ts";
import { accessTo } from "../task-access.ts";
import type { RunningEngine } from "../task-engine.ts";
import {
  detailedTask,
  isTerminal,
  missingTasks,
  openQuestions,
  TASKS_EXTENSION,
  type TaskRecord,
} from "../task-record.ts";
import { newValueKey, type StoredTask } from "../task-store.ts";

export interface MethodOptions {
  readonly engine: RunningEngine;
  /** Asks the job that a task watches, and keeps what it came to. */
  readonly refresh: (task: StoredTask, mcpRequest: McpRequest) => Promise<StoredTask>;
  /** Seconds after which a subscription is ended. Default: `streamSecondsOf`. */
  readonly streamSeconds?: number | undefined;
  /** Called after a task was cancelled. */
  readonly onCancelled: (task: StoredTask, mcpRequest: McpRequest) => Promise<void>;
}

type Method = (task: StoredTask, mcpRequest: McpRequest, options: MethodOptions) => Promise<Record<string, unknown>>;

/** The methods of the extension. */
export const TASK_METHODS: ReadonlyMap<unknown, Method> = new Map([
  ["tasks/get", getTask],
  ["tasks/update", updateTask],
  ["tasks/cancel", cancelTask],
]);

/** Whether a request declares the extension in the capabilities of its client (SEP-2663: each request for itself). */
export function declaresTasks({ params }: Pick<JSONRPCRequest, "params">): boolean {
  const capabilities = params?._meta?.[CLIENT_CAPABILITIES_META_KEY];
  const extensions = isRecord(capabilities) ? capabilities.extensions : undefined;
  return isRecord(extensions) && isRecord(extensions[TASKS_EXTENSION]);
}

/** The refusal of a request that does not declare it: 400 (MCP 2026-07-28, Capabilities). */
export const refuseUndeclared = ({ message }: McpRequest): HttpResponse =>
  errorResponse(400, { ...missingTasks(), id: requestIdOf(message) });

/** Answers a method of the extension from the store, without a server. Throws STORE_UNAVAILABLE. */
export async function serveTaskMethod(mcpRequest: McpRequest, options: MethodOptions): Promise<HttpResponse> {
  const { engine } = options;
  const { caller, logFields, maxOutputBytes } = mcpRequest;
  const message = mcpRequest.message as JSONRPCRequest;
  if (!declaresTasks(message)) return refuseUndeclared(mcpRequest);
  const { taskId } = message.params ?? {};
  const task = typeof taskId === "string" ? await engine.tasks.get(taskId) : undefined;
  const access = task ? accessTo(task.record, caller, engine.rules) : "unknown";
  if (typeof access === "object") return access;
  if (!task || access === "unknown") return unknownTask(mcpRequest);
  logFields.mcpName = task.record.tool;
  logFields.outcome = "ok";
  const result = await TASK_METHODS.get(message.method)?.(task, mcpRequest, options);
  if (!result) return unknownTask(mcpRequest);
  const response = { jsonrpc: "2.0", id: message.id, result: { resultType: "complete", ...result } } as const;
  return jsonResponse(200, toLimitedText(response, maxOutputBytes));
}

function unknownTask({ message, logFields }: McpRequest): HttpResponse {
  logFields.outcome = "protocol_error";
  logFields.errorCode = JsonRpcCode.INVALID_PARAMS;
  const failure = { code: JsonRpcCode.INVALID_PARAMS, message: "Task not found: it is unknown here or has expired." };
  return errorResponse(200, { ...failure, id: requestIdOf(message) });
}

/** A task as it is now, for its client. */
export async function describeTask(
  task: StoredTask,
  { engine }: Pick<MethodOptions, "engine">,
): Promise<Record<string, unknown>> {
  const { id, record } = task;
  const { resultAt } = record;
  const result = resultAt === undefined ? record.result : await engine.tasks.readApart(id, resultAt);
  return detailedTask(id, record, result);
}

async function getTask(
  task: StoredTask,
  mcpRequest: McpRequest,
  options: MethodOptions,
): Promise<Record<string, unknown>> {
  const { engine, refresh } = options;
  if (task.record.watched && !isTerminal(task.record)) return describeTask(await refresh(task, mcpRequest), options);
  await engine.rescue(task, mcpRequest.invocation).catch(mcpRequest.reportFailure);
  return describeTask(task, options);
}

/** Larger answers are items of their own. */
const MAX_ANSWER_IN_RECORD = 16_384;

async function updateTask(
  first: StoredTask,
  { message, invocation, reportFailure }: McpRequest,
  { engine }: MethodOptions,
): Promise<Record<string, unknown>> {
  const { tasks } = engine;
  const { inputResponses } = (message as JSONRPCRequest).params ?? {};
  if (!isRecord(inputResponses)) return {};
  for (let task: StoredTask | undefined = first; task; task = await tasks.get(task.id)) {
    const open = openQuestions(task.record);
    const answers = new Map(Object.entries(inputResponses).filter(([key, answer]) => key in open && isRecord(answer)));
    if (answers.size === 0 || isTerminal(task.record)) return {};
    const large = new Map<string, string>();
    for (const [key, answer] of answers) {
      if (Buffer.byteLength(JSON.stringify(answer)) <= MAX_ANSWER_IN_RECORD) continue;
      const valueAt = newValueKey();
      await tasks.keepApart(task, valueAt, answer);
      large.set(key, valueAt);
    }
    try {
      const written = await tasks.put(task, withAnswers(task.record, { answers, large, now: tasks.now() }));
      // A job that the queue did not take is found by the next poll.
      if (written.record.status === "working")
        await engine.submit({ taskId: task.id }, invocation).catch(reportFailure);
      return {};
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  return {};
}

interface Answers {
  readonly answers: ReadonlyMap<string, unknown>;
  /** Sort keys of the items of those that are too large for the record. */
  readonly large: ReadonlyMap<string, string>;
  readonly now: number;
}

/** The task goes on when its last question is answered. */
function withAnswers(record: TaskRecord, { answers, large, now }: Answers): TaskRecord {
  const operations = record.operations.map((operation) => {
    if (operation.kind !== "question" || !answers.has(operation.key)) return operation;
    const valueAt = large.get(operation.key);
    if (valueAt) return { ...operation, valueAt };
    return { ...operation, answer: answers.get(operation.key) };
  });
  const answered: TaskRecord = { ...record, operations, updatedAt: now };
  const isOpen = Object.keys(openQuestions(answered)).length > 0;
  return isOpen ? answered : { ...answered, status: "working", dueAt: now };
}

async function cancelTask(
  task: StoredTask,
  mcpRequest: McpRequest,
  options: MethodOptions,
): Promise<Record<string, unknown>> {
  const { engine, onCancelled } = options;
  if (isTerminal(task.record)) return {};
  await endTask(engine.tasks, task.id, { status: "cancelled" });
  await onCancelled(task, mcpRequest);
  return {};
}
