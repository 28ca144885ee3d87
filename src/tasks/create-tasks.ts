import { AnycloudError } from "../errors.ts";
import type { TaskLimits } from "./task-call.ts";
import { type OpenTaskService, openTaskService } from "./task-service.ts";
import type { Task } from "./tools/task.ts";
import { type CallbackOptions, callTool } from "./tools/tool-callback.ts";
import { callWatched, type WatchedStatus } from "./tools/watch.ts";

export type { AskRequest, Progress, Task } from "./tools/task.ts";
export type { WatchedStatus } from "./tools/watch.ts";

/** Limits of all tasks of a server. */
export interface TasksOptions extends ToolTaskLife {
  /** How many workers in a row may take a task and end without keeping anything, before it fails. 1 to 20. Default 5. */
  readonly attempts?: number;
  /** Tasks that one caller may have open. Default 100. Where callers are not told apart: those of one address. */
  readonly perCaller?: number;
  /** Tasks that may be open in all. Default 1,000. */
  readonly total?: number;
}

interface ToolTaskLife {
  /** Seconds from its creation for which a task is kept, its result included. 60 to 2,592,000 (30 days). Default 86,400. */
  readonly ttlSeconds?: number;
  /** Seconds between two polls that are suggested to clients. 1 to 3,600. Default 2. */
  readonly pollSeconds?: number;
}

/** Options of one tool. */
export interface WatchOptions extends ToolTaskLife {
  /** Seconds that the work takes, about. A client without tasks is refused at once where a call may not take so long. */
  readonly seconds?: number;
  /** Refuses clients that do not take tasks. Default false: for them the tool runs as an ordinary call. */
  readonly required?: boolean;
}

/** Options of one tool, which may also answer before a task begins. */
export interface RunOptions<Args, Context, Result> extends WatchOptions {
  /**
   * Called first, within the call: a result that it gives back is the answer, such as questions to the client
   * (`inputRequired`) or a result that is there already, and no task begins.
   */
  readonly before?: (args: Args, context: Context) => Result | undefined | Promise<Result | undefined>;
}

/** A job that something else does: a workflow, a batch job, a row that somebody works on. */
export interface WatchedJob<Args, Reference, Result> {
  /** Begins it and gives back what names it, as JSON. `taskId` is an idempotency key. */
  readonly start: (args: Args, job: { readonly taskId: string }) => Reference | Promise<Reference>;
  /** Called by every poll of the client. */
  readonly status: (reference: Reference) => WatchedStatus<Result> | Promise<WatchedStatus<Result>>;
  readonly cancel?: (reference: Reference) => void | Promise<void>;
}

/** Makes tools that may outlive their request. To be handed to the server: `defineServer({ createServer, tasks })`. */
export interface Tasks {
  /**
   * A callback for `registerTool`, of a tool with an `inputSchema`. Clients that declare the Tasks extension get a task, on
   * which any instance works; for others the same handler runs within the call.
   */
  run<Args, Context, Result>(
    handler: (args: Args, task: Task, context: Context) => Result | Promise<Result>,
    options?: RunOptions<Args, Context, Result>,
  ): (args: Args, context: Context) => Promise<Result>;
  /** The same for work that something else does. Nothing of the server runs while it does. */
  watch<Args, Reference, Result>(
    job: WatchedJob<Args, Reference, Result>,
    options?: WatchOptions,
  ): (args: Args, context: unknown) => Promise<Result>;
  /** For the endpoint. */
  readonly open: OpenTaskService;
}

/** Throws SERVER_INVALID for limits that are out of range. */
export function createTasks(options: TasksOptions = {}): Tasks {
  const { ttlSeconds = 86_400, pollSeconds = 2, attempts = 5, perCaller = 100, total = 1_000 } = options;
  checkLife({ ttlSeconds, pollSeconds });
  check("attempts", attempts, 1, 20);
  check("perCaller", perCaller, 1, 10_000);
  check("total", total, 1, 10_000);
  const limits: TaskLimits = { ttlMs: ttlSeconds * 1000, pollMs: pollSeconds * 1000, attempts, perCaller, total };
  return {
    open: (environment) => openTaskService(limits, environment),
    run(handler, toolOptions = {}) {
      const checked = checkedOptions(toolOptions);
      return async <Result>(args: Parameters<typeof handler>[0], context: Parameters<typeof handler>[2]) => {
        const before = (): unknown => toolOptions.before?.(args, context);
        const result = await callTool(checked, context, { before, work: (task) => handler(args, task, context) });
        return result as Result;
      };
    },
    watch<Args, Reference, Result>(job: WatchedJob<Args, Reference, Result>, toolOptions: WatchOptions = {}) {
      const checked = checkedOptions(toolOptions);
      return async (args: Args, context: unknown) => {
        const result = await callWatched(checked, context, {
          start: async (taskId) => job.start(args, { taskId }),
          status: async (reference) => job.status(reference as Reference),
          cancel: job.cancel && (async (reference) => job.cancel?.(reference as Reference)),
        });
        return result as Result;
      };
    },
  };
}

function checkedOptions({ ttlSeconds, pollSeconds, seconds, required }: WatchOptions): CallbackOptions {
  checkLife({ ttlSeconds, pollSeconds });
  if (seconds !== undefined) check("seconds", seconds, 0, 31_536_000);
  return {
    ...(ttlSeconds !== undefined && { ttlMs: ttlSeconds * 1000 }),
    ...(pollSeconds !== undefined && { pollMs: pollSeconds * 1000 }),
    seconds,
    required,
  };
}

function checkLife({ ttlSeconds, pollSeconds }: Partial<Record<keyof ToolTaskLife, number | undefined>>): void {
  if (ttlSeconds !== undefined) check("ttlSeconds", ttlSeconds, 60, 2_592_000);
  if (pollSeconds !== undefined) check("pollSeconds", pollSeconds, 1, 3_600);
}

function check(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new AnycloudError(
    "SERVER_INVALID",
    `${name} of tasks must be a whole number from ${least} to ${most}, not ${value}.`,
  );
}
