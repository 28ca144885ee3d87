import type { Cloud } from "../clouds.ts";
import type { TaskWritten } from "./observer/observed-event.ts";

/** A task as its writes to the store tell of it. */
export interface TaskView {
  /** The beginning of its id. */
  readonly taskId: string;
  readonly tool: string;
  status: string;
  /** Workers that have taken it. */
  attempt: number;
  /** The task's events, oldest first. Only the newest are kept. */
  readonly moments: TaskMoment[];
}

interface TaskMoment {
  /** Unix time in milliseconds. */
  readonly at: number;
  readonly cloud: Cloud;
  /** Process id of the instance that wrote it. */
  readonly pid: number;
  readonly kind: "began" | "attempt" | "step" | "question" | "answer" | "sleep" | "ended";
  /** Key of a step, a question or a sleep; number of an attempt; status at the end. */
  readonly name?: string;
}

/** The tasks of a run of `dev`, of which the last ones are kept. */
export interface TaskActivity {
  take(cloud: Cloud, event: TaskWritten): TaskView;
  readonly tasks: () => readonly TaskView[];
}

interface KnownTask {
  readonly view: TaskView;
  /** Keys of what it did, and of what was answered. */
  readonly told: Set<string>;
}

const MOST_TASKS = 200;
const MOST_MOMENTS = 200;
const ENDS: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

export function createTaskActivity(): TaskActivity {
  const known = new Map<string, KnownTask>();

  function taskOf({ taskId, tool, status }: TaskWritten): KnownTask {
    const found = known.get(taskId);
    if (found) return found;
    const view: TaskView = { taskId, tool, status, attempt: 0, moments: [] };
    const task: KnownTask = { view, told: new Set() };
    known.set(taskId, task);
    const [oldest] = known.keys();
    if (known.size > MOST_TASKS && oldest !== undefined) known.delete(oldest);
    return task;
  }

  return {
    take(cloud, event) {
      const { view, told } = taskOf(event);
      const { at, pid, attempt, status, operations } = event;
      /** Tells each thing once: a record holds everything that its task did so far. */
      const tell = (kind: TaskMoment["kind"], name?: string): void => {
        const key = `${kind} ${name}`;
        if (told.has(key)) return;
        told.add(key);
        view.moments.push({ at, cloud, pid, kind, ...(name !== undefined && { name }) });
        if (view.moments.length > MOST_MOMENTS) view.moments.shift();
      };
      tell("began");
      if (attempt > 0) tell("attempt", String(attempt));
      for (const { key, kind, isAnswered } of operations) {
        tell(kind, key);
        if (isAnswered) tell("answer", key);
      }
      if (ENDS.has(status)) tell("ended", status);
      if (!ENDS.has(view.status)) view.status = status;
      view.attempt = Math.max(view.attempt, attempt);
      return view;
    },
    tasks: () => [...known.values()].map(({ view }) => view),
  };
}
