import type { HttpHandler, HttpRequest, HttpResponse, Invocation, WorkQueue } from "../../../src/adapter.ts";
import { comesAgainMs, requestJob, taskIdIn } from "../../shared/jobs.ts";

/** Path of the requests that are jobs. */
export const JOB_PATH = "/mcp-anycloud/job";

export interface TakeJobsOptions {
  readonly queue: WorkQueue;
  /** Whether a request is from the queue. */
  isSender(request: HttpRequest): Promise<boolean>;
}

/** The body of a job holds the id of a task and nothing else. */
const MAX_BODY_BYTES = 1_024;
/** Cloud Tasks drops a request after 30 minutes; what is not done by then is handed on shortly before. */
const MAX_WORK_MS = 1_780_000;

/**
 * Takes the jobs that Cloud Tasks sends; every other request goes to `handler`. A job that has to come again becomes a new
 * message with a schedule time, so that no instance waits and no retry is counted. A failure is answered with the handler's
 * 503 and `retry-after`, which Cloud Tasks heeds ("HttpRequest", throttling); it then slows down the whole queue, which
 * suits the only reason for it, a store that cannot be asked.
 */
export const takeJobs =
  (handler: HttpHandler, { queue, isSender }: TakeJobsOptions): HttpHandler =>
  async (request, invocation) => {
    const { method, url, headers, body } = request;
    if (url !== JOB_PATH || method !== "POST") return handler(request, invocation);
    // The body is not read for anybody else.
    if (!(await isSender({ method, url, headers }))) return NOT_SENT_BY_QUEUE;
    const taskId = await readTaskId(body);
    // A message that is no job will not become one: it is done with.
    if (taskId === undefined) return DONE;
    const response = await requestJob(handler, taskId, withinDispatch(invocation));
    const delayMs = comesAgainMs(response);
    if (delayMs === undefined) return response;
    await queue.submit({ taskId, delayMs });
    return DONE;
  };

const DONE: HttpResponse = { status: 204, headers: {} };
const NOT_SENT_BY_QUEUE: HttpResponse = {
  status: 401,
  headers: { "content-type": "text/plain", "www-authenticate": "Bearer" },
  body: "Only the Cloud Tasks queue of this service may send jobs: its token must be for MCP_ANYCLOUD_CLOUD_TASKS_URL, and of the service's own account.",
};

function withinDispatch(invocation: Invocation): Invocation {
  const endsAt = Date.now() + MAX_WORK_MS;
  const { deadline, deadlineAt = Number.POSITIVE_INFINITY } = invocation;
  if (deadlineAt <= endsAt) return invocation;
  const limit = AbortSignal.timeout(MAX_WORK_MS);
  return { ...invocation, deadline: deadline ? AbortSignal.any([deadline, limit]) : limit, deadlineAt: endsAt };
}

async function readTaskId(body: HttpRequest["body"]): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const parts = typeof body === "string" ? [Buffer.from(body)] : body instanceof Uint8Array ? [body] : (body ?? []);
  for await (const chunk of parts) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return taskIdIn(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch {
    return undefined;
  }
}
