import { toLimitedText } from "../../limits/output.ts";
import { ended, isTerminal, type TaskError, type TaskRecord } from "../task-record.ts";
import type { StoredTask, TaskStore } from "../task-store.ts";
import { Attempt } from "./attempt.ts";

/** The end of a task. */
export interface TaskEnd {
  readonly status: "completed" | "failed" | "cancelled";
  readonly result?: unknown;
  readonly error?: TaskError;
}

/** Larger results are items of their own, which are read only when the task is. An error that is larger is cut to a sentence. */
const MAX_END_IN_RECORD = 100_000;

/**
 * Ends a task: by the attempt that holds it, as long as no other one does; on the condition that it was not written since it was
 * read; or whatever else is written, by its id. False where the attempt ended before it could, or the task is gone. Throws
 * STATE_CONFLICT for the second, STORE_UNAVAILABLE.
 */
export async function endTask(tasks: TaskStore, of: Attempt | StoredTask | string, end: TaskEnd): Promise<boolean> {
  const task = of instanceof Attempt ? of.task : typeof of === "string" ? await tasks.get(of) : of;
  if (!task) return false;
  const { id, record } = task;
  const { result, status } = end;
  const error = end.error && toKeptError(id, end.error);
  let isLarge = false;
  // By attempt: a worker that lost its task must not replace the result of another one.
  const resultAt = `result/${record.attempt}`;
  if (status === "completed") {
    isLarge = Buffer.byteLength(JSON.stringify(result) ?? "") > MAX_END_IN_RECORD;
    if (isLarge) await tasks.keepApart(task, resultAt, result);
  }
  const change = (found: TaskRecord): TaskRecord =>
    isTerminal(found)
      ? found
      : ended(found, {
          status,
          ...(error && { error }),
          updatedAt: tasks.now(),
          ...(status === "completed" && (isLarge ? { resultAt } : { result })),
        });
  let written: StoredTask | undefined;
  if (of instanceof Attempt && !of.isEnded) {
    await Promise.race([of.release(change), of.ended]);
    written = of.task;
  } else if (of instanceof Attempt) {
    written = await tasks.update(id, (found) => (found.attempt === record.attempt ? change(found) : found));
  } else if (typeof of === "string") written = await tasks.update(id, change);
  else written = await tasks.put(task, change(record));
  if (!written || !isTerminal(written.record)) return false;
  // A place in the index that stays is taken out by a sweep, and expires with the task.
  await tasks.close({ id, owner: record.owner }).catch(() => {});
  return true;
}

/** An error as the record can hold it, whatever its author put into it. */
function toKeptError(id: string, error: TaskError): TaskError {
  const kept: { readonly error: TaskError } = JSON.parse(
    toLimitedText({ jsonrpc: "2.0", id, error }, MAX_END_IN_RECORD),
  );
  return kept.error;
}
