import { setTimeout as sleep } from "node:timers/promises";
import { AnycloudError, type HttpHandler, type WorkQueue } from "../../../src/adapter.ts";
import { openInvocation } from "../invocation.ts";
import type { LambdaContext } from "../lambda-runtime.ts";

/** The event of an asynchronous invocation of the function by itself: the id of a task, and nothing else. */
export interface JobEvent {
  readonly mcpAnycloudTask: string;
}

/** Works on an event that is a job; undefined for every other one. */
export type TakeJob = (event: unknown, context: LambdaContext, serve: HttpHandler) => Promise<void> | undefined;

/** The status of a job that comes too early, or whose task another worker holds. */
const TOO_EARLY = 425;
/** The longest pause that a timer of Node.js can count: a longer one would end at once. */
const MAX_PAUSE_MS = 2 ** 31 - 1;

/**
 * Takes the jobs that the function sends itself. The events of ingresses have other fields, and their clients choose none of
 * them by name; whoever may invoke the function directly is trusted with its tasks.
 */
export const createTakeJob =
  (queue: WorkQueue): TakeJob =>
  (event, context, serve) => {
    const { mcpAnycloudTask: taskId } = (event ?? {}) as Partial<JobEvent>;
    return typeof taskId === "string" ? workOn(taskId, context, serve, queue) : undefined;
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
      const { status, headers } = await serve({ method: "POST", url: "/", headers: {} }, { ...facts, job: taskId });
      if (status < 300) return;
      if (status !== TOO_EARLY) throw new AnycloudError("QUEUE_UNAVAILABLE", NOT_WORKED_ON);
      const pauseMs = Math.min(Number(headers["retry-after"]) * 1000, MAX_PAUSE_MS);
      await sleep(pauseMs, undefined, { ...(deadline && { signal: deadline }) }).catch(() => {});
      if (deadline?.aborted) return await queue.submit({ taskId });
    }
  } finally {
    await close();
  }
}

const NOT_WORKED_ON =
  "The task could not be worked on now: the record of this request says why, and Lambda invokes again.";
