import type { AuthInfo } from "@modelcontextprotocol/server";
import type { Caller } from "../auth/caller.ts";

/** The extension's name in capabilities (MCP Tasks extension, SEP-2663). */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** The status of a task on the wire. */
type TaskStatus = "working" | "input_required" | "completed" | "failed" | "cancelled";

/** A JSON-RPC error as it is kept. */
export interface TaskError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Message of the error for a client that takes no tasks, without the full stop. */
export const TASKS_NOT_DECLARED: string = `The client must declare the extension ${TASKS_EXTENSION}`;

/** -32021 for a client that did not declare the extension. */
export const missingTasks = (): TaskError => ({
  code: -32021,
  message: `${TASKS_NOT_DECLARED}, in the capabilities of this request.`,
  data: { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } },
});

/** A question to the client: a request of `elicitation/create`, `sampling/createMessage` or `roots/list`. */
export interface TaskQuestion {
  readonly method: string;
  readonly params?: unknown;
}

/** One thing that a handler did with its task, by the key that it gave. `valueAt` is the sort key of the item of a large value. */
export type TaskOperation = { readonly key: string } & (
  | { readonly kind: "step"; readonly value?: unknown; readonly valueAt?: string }
  | { readonly kind: "question"; readonly question: TaskQuestion; readonly answer?: unknown; readonly valueAt?: string }
  /** `until` is Unix time in milliseconds. */
  | { readonly kind: "sleep"; readonly until: number }
);

/** The `tools/call` that began a task, as its workers repeat it. No token is kept. */
export interface TaskCallRequest {
  readonly params: Readonly<Record<string, unknown>>;
  /** Headers that repeat the body. */
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
}

/** A task as it is kept. Times are Unix times in milliseconds. */
export interface TaskRecord {
  readonly tool: string;
  /** Absent when it is too large and in an item of its own. */
  readonly call?: TaskCallRequest;
  readonly caller: Caller;
  /** The arguments that the policy looks at. */
  readonly policyArguments?: Readonly<Record<string, unknown>>;
  /** The verified token's facts without the token. */
  readonly authInfo?: Omit<AuthInfo, "token">;
  /** Names whose limit it counts against. */
  readonly owner: string;
  /** `traceparent` of the call that began it, where telemetry is on. */
  readonly startedBy?: string;
  /** Since when the task waits, and for what, until a worker takes it. */
  readonly waiting?: { readonly from: number; readonly kind: "question" | "sleep" };
  readonly createdAt: number;
  readonly updatedAt: number;
  /** From `createdAt` on. */
  readonly ttlMs: number;
  readonly pollMs: number;
  readonly status: TaskStatus;
  readonly statusMessage?: string;
  /** Counts the workers that took it. A worker writes only while this is its own number. */
  readonly attempt: number;
  /** How many of them in a row did nothing that was kept. */
  readonly fruitless: number;
  /** Until then the worker of this attempt is taken to be alive. */
  readonly leaseUntil?: number;
  /** From then on a worker may take it. Absent while a person is awaited, and at the end. */
  readonly dueAt?: number;
  readonly operations: readonly TaskOperation[];
  /** The result of `start` of a watched job. Present for watched jobs alone. */
  readonly watched?: { readonly reference: unknown };
  readonly result?: unknown;
  /** Sort key of the item that holds the result, when it is large. */
  readonly resultAt?: string;
  readonly error?: TaskError;
}

/** A text for a person to read, which each poll reads. */
const MAX_MESSAGE_LENGTH = 1_024;

/** The text of a status message, at most 1,024 characters of it: it may repeat what a caller sent. */
export const toStatusMessage = (message: unknown): string =>
  String(message).slice(0, MAX_MESSAGE_LENGTH).toWellFormed();

/** Whether nothing will change any more. */
export const isTerminal = ({ status }: TaskRecord): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";

/** The questions that have no answer, by key. */
export function openQuestions({ operations }: TaskRecord): Readonly<Record<string, TaskQuestion>> {
  const open: Record<string, TaskQuestion> = Object.create(null);
  for (const operation of operations) {
    if (operation.kind === "question" && !isAnswered(operation)) open[operation.key] = operation.question;
  }
  return open;
}

/** Whether a question has an answer. */
export const isAnswered = (operation: TaskOperation): boolean =>
  operation.kind === "question" && (operation.answer !== undefined || operation.valueAt !== undefined);

/** A record after its last change: nothing is kept that only a worker needs. */
export function ended(record: TaskRecord, end: Pick<TaskRecord, "status"> & Partial<TaskRecord>): TaskRecord {
  const { leaseUntil: _lease, dueAt: _due, call: _call, statusMessage: _message, ...kept } = record;
  return { ...kept, operations: [], ...end };
}

/** The fields of a task that every answer about it has (SEP-2663). */
export function taskFields(taskId: string, record: TaskRecord): Record<string, unknown> {
  const { status, statusMessage, createdAt, updatedAt, ttlMs, pollMs } = record;
  return {
    taskId,
    status,
    ...(statusMessage !== undefined && { statusMessage }),
    createdAt: new Date(createdAt).toISOString(),
    lastUpdatedAt: new Date(updatedAt).toISOString(),
    ttlMs,
    pollIntervalMs: pollMs,
  };
}

/** A task as `tasks/get` and `notifications/tasks` tell of it. `result` is that of a completed task. */
export function detailedTask(taskId: string, record: TaskRecord, result: unknown): Record<string, unknown> {
  const { status, error } = record;
  return {
    ...taskFields(taskId, record),
    ...(status === "input_required" && { inputRequests: openQuestions(record) }),
    ...(status === "completed" && { result }),
    ...(status === "failed" && { error }),
  };
}
