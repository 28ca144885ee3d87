import type { Invocation } from "../http/http-handler.ts";
import type { WorkQueue } from "./jobs/work-queue.ts";
import type { TaskRules } from "./task-access.ts";
import type { TaskEngine, TaskLimits } from "./task-call.ts";
import { isTerminal, type TaskRecord } from "./task-record.ts";
import type { IndexedTask, TaskStore } from "./task-store.ts";

/** Milliseconds that a job may take to its worker before it is taken for lost. */
const LOST_MS = 10_000;
/** Milliseconds between two sweeps of one instance, and for which it leaves alone what was in order. */
const SWEEP_MS = 30_000;
const IN_ORDER_MS = 60_000;
const WAITING_MS = 600_000;
/** Tasks that one sweep looks at. */
const MAX_SWEPT = 50;

export interface EngineOptions {
  readonly tasks: TaskStore;
  readonly limits: TaskLimits;
  readonly rules: TaskRules;
  readonly queue: WorkQueue;
}

type Sender = Pick<Invocation, "waitUntil">;

/** An engine, and what finds lost jobs. */
export interface RunningEngine extends TaskEngine {
  /** Submits the job of a task again whose worker or job was lost. */
  rescue(task: { readonly id: string; readonly record: TaskRecord }, sender: Sender): Promise<void>;
  /** Looks for such tasks, at most once in a while. Reads nothing for a task whose client is awaited. Never rejects. */
  sweep(sender: Sender): Promise<void>;
}

export function createTaskEngine({ tasks, limits, rules, queue }: EngineOptions): RunningEngine {
  /** When a task need not be looked at before, by id. */
  const inOrderUntil = new Map<string, number>();
  let sweptAt = Number.NEGATIVE_INFINITY;
  let open: readonly IndexedTask[] = [];
  let openAt = Number.NEGATIVE_INFINITY;

  /** The open tasks as they were a few seconds ago. */
  async function openTasks(): Promise<readonly IndexedTask[]> {
    if (tasks.now() - openAt < LOST_MS && open.length < limits.total) return open;
    open = await tasks.open(limits.total);
    openAt = tasks.now();
    return open;
  }

  async function rescue({ id, record }: { id: string; record: TaskRecord }, sender: Sender): Promise<void> {
    const now = tasks.now();
    const { dueAt, leaseUntil = 0 } = record;
    if (dueAt === undefined || isTerminal(record)) return;
    if (Math.max(dueAt, leaseUntil) + LOST_MS > now || (inOrderUntil.get(id) ?? 0) > now) return;
    // The next poll comes before the worker.
    inOrderUntil.set(id, now + LOST_MS);
    await queue.submit({ taskId: id }, sender);
  }

  async function look(task: IndexedTask, sender: Sender): Promise<void> {
    const found = await tasks.get(task.id);
    // A task comes into the index before it is kept.
    if (!found && tasks.now() - task.indexedAt < IN_ORDER_MS) return;
    if (!found || isTerminal(found.record)) return tasks.close(task);
    await rescue(found, sender);
    const until = tasks.now() + (found.record.dueAt === undefined ? WAITING_MS : IN_ORDER_MS);
    inOrderUntil.set(task.id, Math.max(until, inOrderUntil.get(task.id) ?? 0));
  }

  return {
    tasks,
    limits,
    rules,
    rescue,
    submit: (job, sender) => queue.submit(job, sender),

    async refusal(owner) {
      const [own, all] = await Promise.all([tasks.open(limits.perCaller, owner), openTasks()]);
      if (own.length >= limits.perCaller)
        return `Too many tasks are open: ${limits.perCaller} are the most for one caller.`;
      if (all.length >= limits.total) return "Too many tasks are open on this server: try again later.";
      open = [...all, { id: "", owner, indexedAt: tasks.now() }];
      return undefined;
    },

    async sweep(sender) {
      const now = tasks.now();
      if (now - sweptAt < SWEEP_MS) return;
      sweptAt = now;
      for (const [id, until] of inOrderUntil) if (until <= now) inOrderUntil.delete(id);
      try {
        const unknown = (await openTasks()).filter(({ id }) => id !== "" && !inOrderUntil.has(id));
        for (const task of unknown.slice(0, MAX_SWEPT)) await look(task, sender);
      } catch {
        // A store that cannot be asked is asked by the next sweep.
      }
    },
  };
}
