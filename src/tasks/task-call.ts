import { AsyncLocalStorage } from "node:async_hooks";
import type { Invocation } from "../http/http-handler.ts";
import type { McpRequest } from "../server/mcp-request.ts";
import type { Attempt } from "./jobs/attempt.ts";
import type { Job } from "./jobs/work-queue.ts";
import type { TaskRules } from "./task-access.ts";
import type { TaskError } from "./task-record.ts";
import type { TaskStore } from "./task-store.ts";

/** Limits of an endpoint's tasks, as its server declares them. */
export interface TaskLimits {
  readonly ttlMs: number;
  readonly pollMs: number;
  readonly attempts: number;
  readonly perCaller: number;
  readonly total: number;
}

/** Shared by the callbacks of tools and the methods of the extension. */
export interface TaskEngine {
  readonly tasks: TaskStore;
  readonly limits: TaskLimits;
  submit(job: Job, sender: Pick<Invocation, "waitUntil">): Promise<void>;
  /** The refusal of one more task of an owner, in a sentence. */
  refusal(owner: string): Promise<string | undefined>;
  readonly rules: TaskRules;
}

/** The answer in place of the one that a server gives. */
export type Replacement = { readonly result: Readonly<Record<string, unknown>> } | { readonly error: TaskError };

/** A request of a client, which may become a task. */
export interface IncomingCall {
  readonly kind: "incoming";
  readonly engine: TaskEngine;
  readonly mcpRequest: McpRequest;
  /** Whether the client takes tasks. */
  readonly declaresTasks: boolean;
  replacement?: Replacement;
  /** A failure of the store that the server's answer only repeats. */
  failure?: Error;
}

/** A worker's attempt at a task. */
export interface WorkCall {
  readonly kind: "work";
  readonly engine: TaskEngine;
  readonly attempt: Attempt;
  readonly deadline: number | undefined;
  /** The JSON-RPC error that the handler threw. */
  thrown?: TaskError | undefined;
}

/** A question to the job that a watched tool began. */
export interface WatchCall {
  readonly kind: "status" | "cancel";
  readonly reference: unknown;
  readonly taskId: string;
  /** The result of the tool's function. */
  outcome?: unknown;
}

/** The call for which code of a tool runs. */
export const taskCall: AsyncLocalStorage<IncomingCall | WorkCall | WatchCall> = new AsyncLocalStorage();
