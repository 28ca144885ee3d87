import type { StateWrite } from "../../../src/adapter.ts";
import type { TaskWritten } from "./observed-event.ts";

/** Operations of a task that are told. */
const MOST_OPERATIONS = 100;
const MOST_CHARACTERS = 200;

/** The state of a task in a write, without arguments, values, questions or answers. Undefined for every other item of the store. */
export function taskIn({ partition, sort, value }: StateWrite): Omit<TaskWritten, "message" | "requestId"> | undefined {
  const id = /^task\/([\w-]+)$/.exec(partition)?.[1];
  if (id === undefined || sort !== "record") return undefined;
  try {
    const { tool, status, attempt, operations } = JSON.parse(value);
    return {
      event: "task",
      at: Date.now(),
      pid: process.pid,
      taskId: id.slice(0, 8),
      tool: String(tool),
      status: String(status),
      attempt: Number(attempt),
      operations: (operations as StoredOperation[]).slice(-MOST_OPERATIONS).map(({ key, kind, answer, valueAt }) => ({
        key: key.slice(0, MOST_CHARACTERS),
        kind,
        isAnswered: kind === "question" && (answer !== undefined || valueAt !== undefined),
      })),
    };
  } catch {
    // A record that another version of the toolkit wrote.
    return undefined;
  }
}

interface StoredOperation {
  readonly key: string;
  readonly kind: "step" | "question" | "sleep";
  readonly answer?: unknown;
  readonly valueAt?: string;
}
