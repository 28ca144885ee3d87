import { AnycloudError, type HttpHandler, type HttpResponse, type Invocation } from "../../src/adapter.ts";

/** The message of a job, the same in every queue: the id of a task, and nothing else. */
interface JobMessage {
  readonly mcpAnycloudTask: string;
}

export const toJobMessage = (taskId: string): JobMessage => ({ mcpAnycloudTask: taskId });

/** The task that a message names; undefined for a message that is no job. */
export function taskIdIn(message: unknown): string | undefined {
  const { mcpAnycloudTask: taskId } = (message ?? {}) as { readonly mcpAnycloudTask?: unknown };
  return typeof taskId === "string" ? taskId : undefined;
}

/** The status of a job that comes too early, or whose task another worker holds (docs/tasks.md). */
const TOO_EARLY = 425;

/** Gives the job of a task to an endpoint. */
export const requestJob = (handler: HttpHandler, taskId: string, invocation: Invocation): Promise<HttpResponse> =>
  handler({ method: "POST", url: "/", headers: {} }, { ...invocation, job: taskId });

/** Milliseconds after which a job has to come again, by the response to it; undefined where it was worked on, or failed. */
export const comesAgainMs = ({ status, headers }: HttpResponse): number | undefined =>
  status === TOO_EARLY ? Number(headers["retry-after"]) * 1000 : undefined;

/**
 * Has an endpoint work on a task. Milliseconds after which the job has to come again; undefined when it is done with. Throws
 * QUEUE_UNAVAILABLE for a failure, which a platform that counts deliveries has to learn of.
 */
export async function workOnJob(
  handler: HttpHandler,
  taskId: string,
  invocation: Invocation,
): Promise<number | undefined> {
  const response = await requestJob(handler, taskId, invocation);
  const againMs = comesAgainMs(response);
  if (response.status >= 300 && againMs === undefined) throw new AnycloudError("QUEUE_UNAVAILABLE", NOT_WORKED_ON);
  return againMs;
}

const NOT_WORKED_ON =
  "The task could not be worked on now: the record of this request says why, and the platform delivers the job again.";
