import type { Invocation } from "../../http/http-handler.ts";

/** A job: to go on with a task. The message of a queue holds the id and nothing else; everything else is in the store. */
export interface Job {
  readonly taskId: string;
  /** Milliseconds before which the job must not be taken. Default 0. */
  readonly delayMs?: number;
}

/**
 * Hands jobs to whatever instance works on them, each at least once. A column for each platform; in one process,
 * `createLocalQueue`. A task whose job is lost is found by the next poll and by sweeps.
 */
export interface WorkQueue {
  /**
   * Settles when the job is with the queue. Throws QUEUE_UNAVAILABLE where the queue refuses it or cannot be reached: a call
   * then begins no task. After any other error the job may be lost, and the task is found by the next poll.
   */
  submit(job: Job, sender?: Pick<Invocation, "waitUntil">): Promise<void>;
}

/** Works on a job. Milliseconds after which it has to be delivered again; undefined when it is done with. */
export type Work = (taskId: string) => Promise<number | undefined>;

/** Jobs that one process works on at the same time. */
const MAX_RUNNING = 32;
/** The pause after work that threw. */
const FAILED_MS = 5_000;
/** The longest delay that a timer of Node.js can count. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** A queue in this process, for containers, which work on after a response. Its jobs end with the process. */
export function createLocalQueue(work: Work): WorkQueue {
  const waiting: Array<() => void> = [];
  let running = 0;

  async function run(taskId: string): Promise<void> {
    if (running >= MAX_RUNNING) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    let againMs: number | undefined;
    try {
      againMs = await work(taskId);
    } catch {
      againMs = FAILED_MS;
    } finally {
      running--;
      waiting.shift()?.();
    }
    if (againMs !== undefined) later(taskId, againMs);
  }

  function later(taskId: string, delayMs: number): void {
    setTimeout(() => void run(taskId), Math.min(delayMs, MAX_DELAY_MS)).unref();
  }

  return {
    async submit({ taskId, delayMs = 0 }, sender) {
      if (delayMs > 0) return later(taskId, delayMs);
      const worked = run(taskId);
      // A platform that freezes an instance after the response waits for this.
      sender?.waitUntil?.(worked);
    },
  };
}
