import { AnycloudError } from "../../errors.ts";
import { type IncomingCall, type Replacement, taskCall, type WorkCall } from "../task-call.ts";
import { missingTasks, TASKS_NOT_DECLARED, type TaskError } from "../task-record.ts";
import { DurableTask } from "./durable-task.ts";
import { isLaterRound, runInline, toolError } from "./inline-call.ts";
import { ReplayProblem } from "./replay.ts";
import { startTask, type TaskLife } from "./start-task.ts";
import type { Task } from "./task.ts";
import { toToolContext } from "./tool-context.ts";

/** Options of one tool, after their check. */
export interface CallbackOptions extends TaskLife {
  readonly required?: boolean | undefined;
  readonly seconds?: number | undefined;
}

/** One call of a tool's callback: the two things that its author wrote, bound to the arguments. */
export interface ToolWork {
  /** Answers at once, or gives back undefined. */
  readonly before: () => unknown;
  readonly work: (task: Task) => unknown;
}

/** Runs a tool that may be a task, in the way that its call asks for. */
export async function callTool(options: CallbackOptions, context: unknown, tool: ToolWork): Promise<unknown> {
  const call = currentCall();
  if (call.kind === "work") return attempt(call, tool.work);
  if (call.kind !== "incoming") throw new AnycloudError("SERVER_INVALID", NOT_WATCHED);
  const toolContext = toToolContext(context);
  // Rounds are for clients that take no tasks. In a call of any other, the name of one was made up to get past `before`.
  const goesOn = !call.declaresTasks && isLaterRound(toolContext);
  const early = goesOn ? undefined : await tool.before();
  if (early !== undefined) return early;
  if (call.declaresTasks) return replaced(call, await keepFailure(call, startTask(call, options)));
  if (options.required) return refuseWithoutTasks(call);
  const ttlMs = options.ttlMs ?? call.engine.limits.ttlMs;
  return keepFailure(call, runInline({ call, context: toolContext, seconds: options.seconds, ttlMs }, tool.work));
}

/** The SDK makes a tool's result of what its callback throws; a store that is away is no such result. */
export async function keepFailure<Result>(call: IncomingCall, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AnycloudError && error.code.startsWith("STORE_")) call.failure = error;
    throw error;
  }
}

/** The call for which a callback runs. Throws SERVER_INVALID where the endpoint knows of no tasks. */
export function currentCall(): NonNullable<ReturnType<typeof taskCall.getStore>> {
  const call = taskCall.getStore();
  if (call) return call;
  throw new AnycloudError("SERVER_INVALID", NOT_GIVEN);
}

const NOT_GIVEN =
  "This tool runs as a task, and its server was defined without tasks: export defineServer({ createServer, tasks }).";
const NOT_WATCHED = "The tool of this task watched a job when it began, and runs by itself now.";

/** Replaces the answer of the server, because the output schema of a tool does not describe a task. */
export function replaced(call: IncomingCall, replacement: Replacement): object {
  call.replacement = replacement;
  return PLACEHOLDER;
}

const PLACEHOLDER = { content: [], isError: true };

/** The refusal of a client that does not take tasks, for a tool that cannot do without (SEP-2663). */
export function refuseWithoutTasks(call: IncomingCall): unknown {
  if (call.mcpRequest.logFields.era === "legacy") return toolError(`${TASKS_NOT_DECLARED}.`);
  return replaced(call, { error: missingTasks() });
}

/** Enters a handler on behalf of a worker. */
async function attempt(call: WorkCall, work: ToolWork["work"]): Promise<unknown> {
  const { attempt, engine, deadline } = call;
  const task = new DurableTask({ tasks: engine.tasks, attempt, deadline });
  const run = async (): Promise<unknown> => {
    try {
      const result = await work(task);
      task.finish();
      return result;
    } catch (error) {
      if (error instanceof ReplayProblem) attempt.end({ kind: "failed", message: error.message });
      call.thrown = protocolError(error);
      throw error;
    }
  };
  return Promise.race([run(), attempt.ended.then(() => PLACEHOLDER)]);
}

/** The JSON-RPC error that a handler threw, by its code: there may be several copies of the SDK. */
function protocolError(error: unknown): TaskError | undefined {
  const { code, data } = (error ?? {}) as { code?: unknown; data?: unknown };
  if (!(error instanceof Error) || !Number.isSafeInteger(code) || (code as number) >= 0) return undefined;
  return { code: code as number, message: error.message, ...(data !== undefined && { data }) };
}
