import { setTimeout as sleep } from "node:timers/promises";
import { AnycloudError } from "../../errors.ts";
import type { IncomingCall, Replacement } from "../task-call.ts";
import { runInline } from "./inline-call.ts";
import { startTask } from "./start-task.ts";
import { type CallbackOptions, currentCall, keepFailure, refuseWithoutTasks, replaced } from "./tool-callback.ts";
import { toToolContext } from "./tool-context.ts";

/** Milliseconds for which a platform waits until a job was told that it is cancelled. */
const CANCEL_MS = 1_000;

/** The state of a job that something else does. */
export type WatchedStatus<Result> =
  | { readonly status: "working"; readonly message?: string }
  | { readonly status: "completed"; readonly result: Result }
  | { readonly status: "failed"; readonly message: string };

/** The functions of one call of a watched tool, bound to its arguments. */
export interface WatchedWork {
  /** Gives back a reference, which JSON can hold. */
  readonly start: (taskId: string) => Promise<unknown>;
  readonly status: (reference: unknown) => Promise<WatchedStatus<unknown>>;
  readonly cancel: ((reference: unknown) => Promise<void>) | undefined;
}

/** Runs a tool whose work something else does: nothing of ours runs while a client waits. */
export async function callWatched(options: CallbackOptions, context: unknown, work: WatchedWork): Promise<unknown> {
  const call = currentCall();
  if (call.kind === "work") throw new AnycloudError("SERVER_INVALID", NOT_RUN);
  if (call.kind !== "incoming") {
    call.outcome = call.kind === "status" ? await work.status(call.reference) : await work.cancel?.(call.reference);
    return { content: [], isError: true };
  }
  if (call.declaresTasks) return replaced(call, await keepFailure(call, startWatched(call, options, work)));
  if (options.required) return refuseWithoutTasks(call);
  const { limits } = call.engine;
  const { ttlMs = limits.ttlMs, pollMs = limits.pollMs } = options;
  return runInline({ call, context: toToolContext(context), seconds: options.seconds, ttlMs }, async (task) => {
    const reference = await work.start(task.id);
    const onAbort = (): void => {
      const cancelled = work.cancel?.(reference).catch(() => {});
      const limit = sleep(CANCEL_MS, undefined, { ref: false });
      if (cancelled) call.mcpRequest.invocation.waitUntil?.(Promise.race([cancelled, limit]));
    };
    if (task.signal.aborted) onAbort();
    task.signal.addEventListener("abort", onAbort, { once: true });
    for (let count = 0; ; count++) {
      const found = await work.status(reference);
      if (found.status === "completed") return found.result;
      if (found.status === "failed") throw new Error(found.message);
      if (found.message !== undefined) await task.progress({ progress: count, message: found.message });
      await task.sleep(`poll ${count}`, pollMs / 1000);
    }
  });
}

/** Begins a job and keeps its task. A job whose task could not be kept is cancelled: nobody has its id. */
async function startWatched(call: IncomingCall, options: CallbackOptions, work: WatchedWork): Promise<Replacement> {
  const begun: unknown[] = [];
  try {
    return await startTask(call, options, async (taskId) => {
      const reference = await work.start(taskId);
      begun.push(reference);
      return reference;
    });
  } catch (error) {
    for (const reference of begun) await work.cancel?.(reference).catch(() => {});
    throw error;
  }
}

const NOT_RUN = "The tool of this task ran by itself when it began, and watches a job now.";
