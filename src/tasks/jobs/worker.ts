import type { Audit } from "../../audit/audit-log.ts";
import { createOperationAudit } from "../../audit/operation-audit.ts";
import type { HttpResponse, Invocation } from "../../http/http-handler.ts";
import { JsonRpcCode, unknownTool } from "../../http/json-rpc.ts";
import { isConflict } from "../../store/store.ts";
import { decideTask } from "../task-access.ts";
import type { TaskEngine, WorkCall } from "../task-call.ts";
import { isTerminal, type TaskError } from "../task-record.ts";
import type { StoredTask } from "../task-store.ts";
import { Attempt, type AttemptEnd, LEASE_MS } from "./attempt.ts";
import { type Delivery, factsOf, outcomeOfAttempt, responseOf, startAttempt } from "./attempt-record.ts";
import { endTask, type TaskEnd } from "./end-task.ts";
import { type DispatchOptions, dispatchCall } from "./task-dispatch.ts";

export interface WorkerOptions extends DispatchOptions {
  readonly engine: TaskEngine;
  readonly audit: Audit | undefined;
  /** Attempts of this process, by the id of their task. */
  readonly running: Map<string, Attempt>;
}

/** Half of the pause after a first attempt that failed, in milliseconds. */
const AGAIN_MS = 500;
/** Milliseconds by which clocks of instances may differ. */
const SKEW_MS = 250;

/**
 * Goes on with a task. Gives back the milliseconds after which the job has to be delivered again; undefined when it is done
 * with. Throws STORE_UNAVAILABLE.
 */
export async function work(options: WorkerOptions, delivery: Delivery): Promise<number | undefined> {
  const { engine } = options;
  const { tasks, limits } = engine;
  for (;;) {
    const task = await tasks.get(delivery.taskId);
    if (!task) return undefined;
    const { dueAt, leaseUntil = 0, fruitless, updatedAt } = task.record;
    const now = tasks.now();
    // Somebody works on it, and may die: the job comes back behind the lease.
    if (leaseUntil > now) return leaseUntil - now + SKEW_MS;
    // It has ended, or waits for an answer.
    if (dueAt === undefined) return undefined;
    // A task is due where its due time is not after its last change: one clock wrote both times.
    if (dueAt > updatedAt && dueAt > now + SKEW_MS) return dueAt - now;
    try {
      if (fruitless >= limits.attempts) {
        await endTask(tasks, task, { status: "failed", error: gaveUp(limits.attempts) });
        Object.assign(delivery.logFields, { ...factsOf(task, now), outcome: "instance_lost", taskStatus: "failed" });
        return undefined;
      }
      const { attempt } = task.record;
      const { waiting, ...kept } = task.record;
      const claimed = { ...kept, attempt: attempt + 1, fruitless: fruitless + 1, leaseUntil: now + LEASE_MS };
      const taken = await tasks.put(task, claimed);
      const span = startAttempt(delivery, taken, waiting && { ...waiting, until: now });
      Object.assign(delivery.logFields, factsOf(taken, now), { taskDelayMs: Math.max(0, now - dueAt) });
      const attempted = (): Promise<number | undefined> => attemptTask(options, delivery, taken);
      return await (span ? span.run(attempted) : attempted());
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}

async function attemptTask(
  options: WorkerOptions,
  { taskId, invocation, logFields }: Delivery,
  claimed: StoredTask,
): Promise<number | undefined> {
  const { engine, audit, running } = options;
  const { tasks, rules } = engine;
  const { record } = claimed;
  const attempt = new Attempt(tasks, claimed);
  running.set(taskId, attempt);
  const stop = (): void => attempt.end({ kind: "unfinished" });
  invocation.deadline?.addEventListener("abort", stop, { once: true });
  const decision = decideTask(record, record.caller, rules);
  const context = { request: { method: "POST", url: "", headers: {} }, invocation, logFields, ...callerOf(record) };
  const operationAudit = createOperationAudit({
    context,
    audit,
    auditFieldsOf: (tool) => rules.rules.get(tool)?.auditFields,
  });

  async function outcomeOf(): Promise<TaskEnd | AttemptEnd | undefined> {
    if (!decision.passes) {
      operationAudit.denied(decision);
      return { status: "failed", error: { code: JsonRpcCode.INVALID_PARAMS, message: unknownTool(record.tool) } };
    }
    const call: WorkCall = { kind: "work", engine, attempt, deadline: invocation.deadlineAt };
    const { signal } = attempt;
    const served = dispatchCall(claimed, call, options, { invocation, logFields, signal });
    const outcome = await Promise.race([served.then((response) => toEnd(response, call)), attempt.ended]);
    Object.assign(logFields, outcomeOfAttempt(outcome, taskId, invocation));
    // Nobody reads the result of a handler whose attempt has ended.
    served.catch(() => {});
    if (outcome && "status" in outcome) operationAudit.answered(decision, responseOf(taskId, outcome), false);
    return outcome;
  }

  try {
    const outcome = await outcomeOf();
    const isEnd = outcome !== undefined && "status" in outcome;
    if (isEnd && (await endTask(tasks, attempt, outcome))) return undefined;
    // The end of a task is not written only where the attempt has ended before.
    const end = isEnd ? await attempt.ended : outcome;
    return await afterEnd(end ?? { kind: "unfinished" }, attempt, engine, invocation);
  } finally {
    const { status: taskStatus, createdAt } = attempt.task.record;
    Object.assign(logFields, { taskStatus, taskAgeMs: tasks.now() - createdAt });
    attempt.close();
    invocation.deadline?.removeEventListener("abort", stop);
    if (running.get(taskId) === attempt) running.delete(taskId);
  }
}

const callerOf = ({ caller }: StoredTask["record"]) => ({ caller, principal: caller.principal });

/** Does what is left to do for an attempt whose handler did not return. */
async function afterEnd(
  end: AttemptEnd,
  attempt: Attempt,
  { tasks, submit }: TaskEngine,
  invocation: Invocation,
): Promise<number | undefined> {
  const { id, record } = attempt.task;
  switch (end.kind) {
    case "lost":
      return undefined;
    case "failed":
      await endTask(tasks, attempt, {
        status: "failed",
        error: { code: JsonRpcCode.INTERNAL_ERROR, message: end.message },
      });
      return undefined;
    case "suspended": {
      const { dueAt } = record;
      if (dueAt !== undefined) await submit({ taskId: id, delayMs: Math.max(0, dueAt - tasks.now()) }, invocation);
      return undefined;
    }
    case "unfinished": {
      // A worker whose time was up after it kept something goes on at once; one that failed gives what failed some time.
      const delayMs = record.fruitless > 0 ? AGAIN_MS * 2 ** record.fruitless : 0;
      await tasks.update(id, (found) => {
        if (isTerminal(found) || found.attempt !== record.attempt) return found;
        const { leaseUntil: _lease, ...released } = found;
        return { ...released, dueAt: tasks.now() + delayMs };
      });
      await submit({ taskId: id, delayMs }, invocation);
      return undefined;
    }
  }
}

/** How a handler ended its task; undefined where its server could not answer now. */
function toEnd(response: HttpResponse | undefined, { thrown }: WorkCall): TaskEnd | undefined {
  if (!response) return { status: "failed", error: { code: JsonRpcCode.INTERNAL_ERROR, message: CALL_GONE } };
  if (response.status >= 500 || typeof response.body !== "string") return undefined;
  const message = JSON.parse(response.body) as { readonly result?: unknown; readonly error?: TaskError };
  const error = thrown ?? message.error;
  return error ? { status: "failed", error } : { status: "completed", result: message.result };
}

const CALL_GONE = "The call of this task is no longer stored.";

const gaveUp = (attempts: number): TaskError => ({
  code: JsonRpcCode.INTERNAL_ERROR,
  message: `The task was given up: ${attempts} workers in a row ended before they had done a step of it.`,
});
