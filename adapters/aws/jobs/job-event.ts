import { setTimeout as sleep } from "node:timers/promises";
import type { HttpHandler, WorkQueue } from "../../../src/adapter.ts";
import { taskIdIn, workOnJob } from "../../shared/jobs.ts";
import { openInvocation } from "../invocation.ts";
import type { LambdaContext } from "../lambda-runtime.ts";

/** Works on an event that is a job; undefined for every other one. */
export type TakeJob = (event: unknown, context: LambdaContext, serve: HttpHandler) => Promise<void> | undefined;

/** The longest pause that a timer of Node.js can count: a longer one would end at once. */
const MAX_PAUSE_MS = 2 ** 31 - 1;

/**
 * Takes the jobs that the function sends itself. The events of ingresses have other fields, and their clients choose none of
 * them by name; whoever may invoke the function directly is trusted with its tasks.
 */
export const createTakeJob =
  (queue: WorkQueue): TakeJob =>
  (event, context, serve) => {
    const taskId = taskIdIn(event);
    return taskId === undefined ? undefined : workOn(taskId, context, serve, queue);
  };

/**
 * Lambda delivers an event at once, so a job that has to wait waits here, and is handed to the next invocation when the time of
 * this one is up. Throws for a failure: Lambda then invokes again, after one minute and after two more, and passes the
 * event to the dead-letter destination ("Asynchronous invocation", error handling).
 */
async function workOn(taskId: string, context: LambdaContext, serve: HttpHandler, queue: WorkQueue): Promise<void> {
  const { facts, close } = openInvocation({ context, canStream: false });
  const { deadline } = facts;
  try {
    for (;;) {
      const againMs = await workOnJob(serve, taskId, facts);
      if (againMs === undefined) return;
      await sleep(Math.min(againMs, MAX_PAUSE_MS), undefined, { ...(deadline && { signal: deadline }) }).catch(
        () => {},
      );
      if (deadline?.aborted) return await queue.submit({ taskId });
    }
  } finally {
    await close();
  }
}
