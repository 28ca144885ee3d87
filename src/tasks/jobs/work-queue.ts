import type { Invocation } from "../../http/http-handler.ts";

/** A job: to go on with a task. The message of a queue holds the id and nothing else; everything else is in the store. */
export interface Job {
  readonly taskId: string;
  /** Milliseconds before which the job must not be taken. Default 0. */
  readonly delayMs?: number;
}

/**
 * Hands jobs to whatever instance works on them, each at least once. A column for each platform; in one process, that
 * of local-queue.ts. A task whose job is lost is found by the next poll, where its client listens, and by sweeps.
 */
export interface WorkQueue {
  /**
   * Settles when the job is with the queue. Throws QUEUE_UNAVAILABLE where the queue refuses it or cannot be reached: a call
   * then begins no task. After any other error the job may be lost, and the task is found by the next poll.
   */
  submit(job: Job, sender?: Pick<Invocation, "waitUntil">): Promise<void>;
}
