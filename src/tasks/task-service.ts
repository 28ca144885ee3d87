import type { Audit } from "../audit/audit-log.ts";
import { markSafe } from "../http/catch-errors.ts";
import { recordFailure } from "../http/error-response.ts";
import type { HttpHandler, Invocation } from "../http/http-handler.ts";
import { type RequestLogOptions, startRequestLog } from "../http/request-log.ts";
import { servedRequest } from "../http/served-request.ts";
import type { ProtocolHandler } from "../server/mcp-request.ts";
import type { ObservedStore } from "../store/observed-store.ts";
import { MAX_VALUE_BYTES } from "../store/store.ts";
import type { Attempt } from "./jobs/attempt.ts";
import { createLocalQueue } from "./jobs/local-queue.ts";
import { cancelWatched, refreshWatched } from "./jobs/watched-job.ts";
import type { WorkQueue } from "./jobs/work-queue.ts";
import { work } from "./jobs/worker.ts";
import type { TaskRules } from "./task-access.ts";
import type { TaskLimits } from "./task-call.ts";
import { createTaskEngine } from "./task-engine.ts";
import { createTaskStore } from "./task-store.ts";
import { withInlineTasks, withTasks } from "./wire/task-handler.ts";
import type { MethodOptions } from "./wire/task-methods.ts";

/** The parts of an endpoint that the tasks of its server need. */
export interface TaskEnvironment {
  /** Shared by all instances. */
  readonly store: ObservedStore;
  /** Default: a queue in this process. */
  readonly queue: WorkQueue | undefined;
  readonly rules: TaskRules;
  readonly audit: Audit | undefined;
  readonly log: RequestLogOptions;
  readonly maxOutputBytes: number;
  readonly streamSeconds?: number | undefined;
  /** The handlers without tasks. */
  readonly modern: ProtocolHandler;
  readonly legacy: ProtocolHandler;
}

/** The tasks of one endpoint. */
export interface TaskService {
  readonly modern: ProtocolHandler;
  readonly legacy: Pick<ProtocolHandler, "serve">;
  /** The handler of an endpoint, which also takes jobs of the work queue: invocations with `job`. */
  takingJobs(handler: HttpHandler): HttpHandler;
}

export type OpenTaskService = (environment: TaskEnvironment) => TaskService;

/** The status of a job that has to come again, when `retry-after` says. */
const TOO_EARLY = 425;
/** The status of a job that could not be worked on. */
const FAILED = 503;

/** Serves the tasks of an endpoint. */
export function openTaskService(limits: TaskLimits, environment: TaskEnvironment): TaskService {
  const { store, rules, audit, log, maxOutputBytes, streamSeconds, modern, legacy } = environment;
  const tasks = createTaskStore(store);
  const running = new Map<string, Attempt>();
  // The result of a task is kept, and no store takes more.
  const dispatch = { tasks, handler: modern, maxOutputBytes: Math.min(maxOutputBytes, MAX_VALUE_BYTES) };
  const queue = environment.queue ?? createLocalQueue(workHere);
  const engine = createTaskEngine({ tasks, limits, rules, queue });
  const options: MethodOptions = {
    engine,
    streamSeconds,
    refresh: (task, mcpRequest) => refreshWatched(task, mcpRequest, dispatch),
    async onCancelled(task, mcpRequest) {
      running.get(task.id)?.end({ kind: "lost" });
      if (task.record.watched) await cancelWatched(task, mcpRequest, dispatch);
    },
  };

  /** A job of this process, as if a platform had delivered it. */
  async function workHere(taskId: string): Promise<number | undefined> {
    const invocation: Invocation = { requestId: crypto.randomUUID(), canStream: false, job: taskId };
    const { status, headers } = await serveJob({ method: "POST", url: "/", headers: {} }, invocation);
    return status >= 300 ? Number(headers["retry-after"]) * 1000 : undefined;
  }

  const serveJob: HttpHandler = async (request, invocation) => {
    const { logFields, context, finish } = startRequestLog(request, invocation, log);
    const { job = "" } = invocation;
    try {
      const delivery = { taskId: job, invocation, logFields };
      const again = await servedRequest.run(context, () => work({ ...dispatch, engine, audit, running }, delivery));
      if (again === undefined) return finish({ status: 204, headers: {} });
      logFields.outcome ??= "ok";
      return finish({ status: TOO_EARLY, headers: { "retry-after": String(again / 1000) } });
    } catch (error) {
      recordFailure(logFields, error);
      return finish({ status: FAILED, headers: { "retry-after": "5" } });
    }
  };

  return {
    modern: withTasks(modern, options),
    legacy: withInlineTasks(legacy, options),
    takingJobs: (handler) =>
      markSafe((request, invocation) =>
        invocation.job === undefined ? handler(request, invocation) : serveJob(request, invocation),
      ),
  };
}
