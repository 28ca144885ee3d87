import type { HttpResponse, Job, WorkQueue } from "../../src/adapter.ts";
import type { Caller } from "../support/messages.ts";

/** A queue whose jobs are delivered when a test says so. */
export interface ManualQueue extends WorkQueue {
  readonly jobs: Job[];
}

export function createManualQueue(): ManualQueue {
  const jobs: Job[] = [];
  return {
    jobs,
    async submit(job) {
      jobs.push(job);
    },
  };
}

/** Delivers a job to an instance, as its platform would. */
export const deliver = (instance: Caller, taskId: string, invocation: object = {}): Promise<HttpResponse> =>
  instance(undefined, {
    body: "",
    invocation: { requestId: `job-${taskId}`, canStream: false, job: taskId, ...invocation },
  });

/** Delivers everything that is in the queue, until nothing is left. Delays are not waited for. */
export async function drain(queue: ManualQueue, instances: readonly Caller[]): Promise<void> {
  for (let turn = 0; queue.jobs.length > 0; turn++) {
    const { taskId } = queue.jobs.shift() as Job;
    await deliver(instances[turn % instances.length] as Caller, taskId);
  }
}
