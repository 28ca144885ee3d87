import { openQuestions, type TaskOperation, type TaskRecord } from "../task-record.ts";

/**
 * Larger values of steps are items of their own: the record is written with every step, and read by every poll. Where many steps
 * have made it large already, all but small ones are.
 */
const MAX_VALUE_IN_RECORD = 16_384;
const MAX_OPERATIONS_IN_RECORD = 98_304;
const MAX_VALUE_IN_LARGE_RECORD = 1_024;

/** The bytes that a value of a step may have in the record. */
export function roomIn({ operations }: TaskRecord): number {
  const isLarge = Buffer.byteLength(JSON.stringify(operations)) > MAX_OPERATIONS_IN_RECORD;
  return isLarge ? MAX_VALUE_IN_LARGE_RECORD : MAX_VALUE_IN_RECORD;
}

/** Unix time in milliseconds at which a sleep that begins now ends. Throws RangeError for what is no number of seconds. */
export function wakeTime(seconds: number, now: number): number {
  if (Number.isFinite(seconds) && seconds >= 0) return Math.ceil(now + seconds * 1000);
  throw new RangeError(`A task sleeps for a number of seconds from 0 on, not ${seconds}.`);
}

/** The record with an operation at its end, once. An operation that was kept ends a row of fruitless attempts. */
export function withOperation(record: TaskRecord, operation: TaskOperation): TaskRecord {
  if (record.operations.some(({ key }) => key === operation.key)) return record;
  return { ...record, fruitless: 0, operations: [...record.operations, operation] };
}

/** The record of a task that waits for its questions and sleeps. */
export function suspended(record: TaskRecord, waiting: readonly TaskOperation[], now: number): TaskRecord {
  const { dueAt: _due, ...kept } = waiting.reduce(withOperation, { ...record, fruitless: 0 });
  const wakes = waiting.flatMap((operation) => (operation.kind === "sleep" ? [operation.until] : []));
  // A question that was answered while the last step ended needs a worker at once.
  const isAsking = Object.keys(openQuestions(kept)).length > 0;
  const hasQuestion = waiting.some(({ kind }) => kind === "question");
  const kind = hasQuestion ? "question" : "sleep";
  const dueAt = hasQuestion && !isAsking ? now : wakes.length > 0 ? Math.min(...wakes) : undefined;
  return {
    ...kept,
    status: isAsking ? "input_required" : "working",
    updatedAt: now,
    waiting: { from: now, kind },
    ...(dueAt !== undefined && { dueAt }),
  };
}
