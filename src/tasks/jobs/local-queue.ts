import type { WorkQueue } from "./work-queue.ts";

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
