import type { ElicitRequestFormParams, ElicitRequestURLParams, ResultTypeMap } from "@modelcontextprotocol/server";

/** Requests by which a tool asks its client, and through it a person. */
export type AskRequest =
  | { readonly method: "elicitation/create"; readonly params: ElicitRequestFormParams | ElicitRequestURLParams }
  | { readonly method: "sampling/createMessage"; readonly params: Readonly<Record<string, unknown>> }
  | { readonly method: "roots/list"; readonly params?: Readonly<Record<string, unknown>> };

/**
 * Passed to the handler of a tool that may run as a task. A handler is entered again after each question and sleep, and
 * when its instance was lost: what is not in a step runs again. Keys are 1 to 200 characters, each used once; a handler
 * that comes to other keys when it is entered again fails its task.
 */
export interface Task {
  /** Names the task, the same in every attempt. With a step's key it is an idempotency key for other systems. */
  readonly id: string;
  /**
   * Does `work` once and gives its result, as `JSON.parse` reads it, whenever the handler comes here again. Work that throws is
   * not remembered. Work whose instance ended before the result was stored is done again.
   */
  step<Result>(key: string, work: () => Result | Promise<Result>): Promise<Result>;
  /**
   * Asks the client. As a task, the invocation ends here, once everything that is in progress in a step has ended, and the handler
   * is entered again when all open questions are answered. Several questions at a time: `Promise.all`.
   * Rejects with RangeError for a question of more than 256 KB of JSON, as a task.
   */
  ask<Request extends AskRequest>(key: string, request: Request): Promise<ResultTypeMap[Request["method"]]>;
  /** Waits. As a task, the invocation ends here, and the handler is entered again after so many seconds. */
  sleep(key: string, seconds: number): Promise<void>;
  /** Tells the client how far the work is. */
  progress(progress: Progress): Promise<void>;
  /** Fires when the work has to stop: the task was cancelled, or the time of this attempt is up. */
  readonly signal: AbortSignal;
  /** Unix time in milliseconds at which this attempt ends; absent where nothing ends it. A task then goes on in another one. */
  readonly deadline?: number | undefined;
}

/** How far work is. */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  /** For a person to read. As a task, the first 1,024 characters are told. */
  readonly message?: string;
}
