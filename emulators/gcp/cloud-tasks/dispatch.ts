import { type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { QueuedTask } from "./create-task.ts";
import type { ServiceAccount } from "./service-account.ts";

export interface DispatchOptions {
  readonly account: ServiceAccount;
  /** Factor for the platform's times. */
  readonly timeScale: number;
  readonly log: (line: string) => void;
  /** Fires when the queue ends. */
  readonly signal: AbortSignal;
}

/** The retry configuration of a new queue ("RetryConfig", defaults of `gcloud tasks queues create`). */
const MIN_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 3_600_000;
const MAX_DOUBLINGS = 16;
const MAX_ATTEMPTS = 100;
/** The longest delay that a timer of Node.js can count. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Sends a task from its schedule time on until it is answered with 2xx, then drops it; after 100 attempts it is dropped,
 * too, because Cloud Tasks has no dead letters. Times that the task names are not scaled.
 */
export async function dispatch(task: QueuedTask, options: DispatchOptions): Promise<void> {
  const { timeScale, log, signal } = options;
  const pause = (ms: number): Promise<unknown> => sleep(Math.min(ms, MAX_TIMER_MS), undefined, { signal, ref: false });
  try {
    for (let early = task.scheduledAt - Date.now(); early > 0; early = task.scheduledAt - Date.now())
      await pause(early);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { status, retryAfter } = await send(task, attempt, options);
      if (status >= 200 && status < 300) return;
      const backoffMs = Math.min(MIN_BACKOFF_MS * 2 ** Math.min(attempt, MAX_DOUBLINGS), MAX_BACKOFF_MS);
      // "429 … 503 …: The retry specified in the Retry-After HTTP response header is considered" ("HttpRequest", throttling).
      const askedMs = status === 429 || status === 503 ? Number(retryAfter) * 1000 || 0 : 0;
      await pause(Math.max(backoffMs, askedMs) * timeScale);
    }
    log(`The task ${task.name} failed ${MAX_ATTEMPTS} times, and is dropped: Cloud Tasks has no dead letters.`);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

interface Answer {
  /** 0 when there was no answer. */
  readonly status: number;
  readonly retryAfter?: string | undefined;
}

/** One attempt, with the headers of "Create HTTP target tasks", writing task handlers. */
function send(task: QueuedTask, attempt: number, { account, timeScale, signal }: DispatchOptions): Promise<Answer> {
  const { name, audience, method, body } = task;
  const [, queue, id] = /\/queues\/([^/]+)\/tasks\/([^/]+)$/.exec(name) ?? [];
  const headers = {
    // "Content-Type won't be set by Cloud Tasks" but for this default of a task with a body.
    ...(body.byteLength > 0 && { "content-type": "application/octet-stream" }),
    ...Object.fromEntries(Object.entries(task.headers).map(([name, value]) => [name.toLowerCase(), value])),
    "user-agent": "Google-Cloud-Tasks",
    "content-length": String(body.byteLength),
    "x-cloudtasks-queuename": queue,
    "x-cloudtasks-taskname": id,
    "x-cloudtasks-taskretrycount": String(attempt),
    "x-cloudtasks-taskexecutioncount": String(attempt),
    "x-cloudtasks-tasketa": String(task.scheduledAt / 1000),
    ...(audience !== undefined && { authorization: `Bearer ${account.identityToken(audience)}` }),
  };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(task.dispatchDeadlineMs * timeScale)]);
  return new Promise((resolve) => {
    const call = request(task.url, { method, headers, agent: false, signal: limit });
    call.on("error", () => resolve({ status: 0 }));
    call.on("response", (response: IncomingMessage) => {
      const { statusCode: status = 0, headers } = response;
      response.on("error", () => resolve({ status: 0 }));
      response.on("end", () => resolve({ status, retryAfter: headers["retry-after"] })).resume();
    });
    call.end(body);
  });
}
