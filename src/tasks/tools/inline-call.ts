import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import { canonicalJson } from "../../http/canonical-json.ts";
import type { IncomingCall } from "../task-call.ts";
import { isAnswered, type TaskOperation, type TaskQuestion } from "../task-record.ts";
import { newTaskId } from "../task-store.ts";
import { InlineTask } from "./inline-task.ts";
import { ReplayProblem } from "./replay.ts";
import type { Task } from "./task.ts";
import type { ToolContext } from "./tool-context.ts";

export interface InlineOptions {
  readonly call: IncomingCall;
  readonly context: ToolContext;
  /** Seconds that the work takes, where the tool says so. */
  readonly seconds?: number | undefined;
  /** Milliseconds for which the client may take its time to answer a question. */
  readonly ttlMs: number;
}

/** Kept while the client asks: whose call it is, and what it has done. */
interface Round {
  readonly principal: string;
  /** The tool and its arguments. */
  readonly binding: string;
  readonly operations: readonly TaskOperation[];
}

/** Time that is left to send the sentence that says that time is up. */
const MARGIN_MS = 500;

/** The id of the round that the answers belong to: each key ends with it. */
const roundOf = ({ inputResponses }: ToolContext): string | undefined =>
  Object.keys(inputResponses)
    .map((key) => /\.([\w-]{24})$/.exec(key)?.[1])
    .find((id) => id !== undefined);

/** Whether a call comes with the answers that an earlier round of it asked for. */
export const isLaterRound = (context: ToolContext): boolean => roundOf(context) !== undefined;

/** Runs work for a client that takes no tasks: within this call, and its rounds where it asks. */
export async function runInline(
  { call, context, seconds = 0, ttlMs }: InlineOptions,
  work: (task: Task) => unknown,
): Promise<unknown> {
  const { tasks } = call.engine;
  const deadline = call.mcpRequest.invocation.deadlineAt;
  if (deadline !== undefined && seconds * 1000 > deadline - tasks.now()) return toolError(tooLong(seconds));
  const binding = bindingOf(call);
  const roundId = roundOf(context);
  const round = roundId === undefined ? undefined : ((await tasks.takeRound(roundId)) as Round | undefined);
  const isOwn = round?.principal === call.mcpRequest.principal && round.binding === binding;
  if (roundId !== undefined && !isOwn) return toolError(ROUND_GONE);
  const operations = (round?.operations ?? []).map((operation) => answered(operation, roundId, context));
  const late = new AbortController();
  const signal = AbortSignal.any([context.signal, late.signal]);
  const task = new InlineTask({ id: roundId ?? newTaskId(), context, operations, deadline, signal, now: tasks.now });
  const stop = new AbortController();
  try {
    return await Promise.race([
      (async () => {
        const result = await work(task);
        task.finish();
        return result;
      })(),
      task.asked.then((questions) => askInRound(questions)),
      timeUp(deadline, tasks.now, stop.signal).then(() => {
        late.abort();
        return toolError(TIME_UP);
      }),
    ]);
  } catch (error) {
    if (error instanceof ReplayProblem) return toolError(error.message);
    throw error;
  } finally {
    stop.abort();
  }

  async function askInRound(questions: Readonly<Record<string, TaskQuestion>>): Promise<unknown> {
    const id = newTaskId();
    const kept: Round = { principal: call.mcpRequest.principal, binding, operations: task.operations };
    await tasks.keepRound(id, kept, ttlMs);
    const inputRequests = Object.entries(questions).map(([key, question]) => [`${key}.${id}`, question]);
    return { resultType: "input_required", inputRequests: Object.fromEntries(inputRequests) };
  }
}

/** A question with the answer that this round brings. */
function answered(operation: TaskOperation, roundId: string | undefined, context: ToolContext): TaskOperation {
  if (operation.kind !== "question" || isAnswered(operation)) return operation;
  const answer = context.inputResponses[`${operation.key}.${roundId}`];
  return answer === undefined ? operation : { ...operation, answer };
}

function bindingOf({ mcpRequest }: IncomingCall): string {
  const { name, arguments: args } = (mcpRequest.message as JSONRPCRequest).params ?? {};
  return canonicalJson([name, args]);
}

/** Settles when the time of the call is up, unless it has ended before. */
function timeUp(deadline: number | undefined, now: () => number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (deadline === undefined) return;
    const timer = setTimeout(resolve, deadline - now() - MARGIN_MS);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}

/** The result of a tool that failed, for the model to read. */
export const toolError = (text: string): { readonly content: readonly object[]; readonly isError: true } => ({
  content: [{ type: "text", text }],
  isError: true,
});

const NEEDS_TASKS = "use a client that takes tasks (the extension io.modelcontextprotocol/tasks), or ask for less";
const TIME_UP = `The time of this call is up before the work was done: ${NEEDS_TASKS}.`;
const ROUND_GONE = "This answer was taken already, has expired or belongs to another call: call the tool again.";
const tooLong = (seconds: number): string => `This takes about ${seconds} s, longer than a call may: ${NEEDS_TASKS}.`;
