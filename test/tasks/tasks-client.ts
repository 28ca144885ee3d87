import { setTimeout as sleep } from "node:timers/promises";
import type { HttpResponse } from "../../src/adapter.ts";
import { createEndpoint } from "../../src/endpoint.ts";
import { createMemoryStore, type McpEndpointOptions, type ServerDefinition } from "../../src/index.ts";
import { type Caller, type CallOptions, callerOf, messagesOf, modernCall } from "../support/messages.ts";

export const TASKS = "io.modelcontextprotocol/tasks";

/** A task as `tasks/get` tells of it. */
export interface WireTask {
  readonly resultType: string;
  readonly taskId: string;
  readonly status: string;
  readonly statusMessage?: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  readonly inputRequests?: Readonly<Record<string, { readonly method: string }>>;
  readonly result?: {
    readonly resultType: string;
    readonly isError?: boolean;
    readonly content: Array<{ text: string }>;
  };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A request that declares the extension, with the headers that it must carry. */
export function taskRequest(
  method: string,
  params: Record<string, unknown> & { name?: string } = {},
  more: CallOptions = {},
): [unknown, CallOptions] {
  const capabilities = { elicitation: { form: {} }, extensions: { [TASKS]: {} } };
  const meta = { "io.modelcontextprotocol/clientCapabilities": capabilities };
  const [message, options] = modernCall(method, { ...params, _meta: meta });
  const { taskId } = params;
  const name = typeof taskId === "string" ? { "mcp-name": taskId } : {};
  return [message, { ...more, headers: { ...options.headers, ...name, ...more.headers } }];
}

/** A client of one or several instances, which it asks in turn. */
export class TasksClient {
  readonly #instances: readonly Caller[];
  readonly #options: CallOptions;
  #turn = 0;

  constructor(instances: readonly Caller[], options: CallOptions = {}) {
    this.#instances = instances;
    this.#options = options;
  }

  async send(method: string, params: Record<string, unknown> = {}): Promise<HttpResponse> {
    const instance = this.#instances[this.#turn++ % this.#instances.length] as Caller;
    return instance(...taskRequest(method, params, this.#options));
  }

  /** The result of a request. Throws its error. */
  async ask<Result = WireTask>(method: string, params: Record<string, unknown> = {}): Promise<Result> {
    const [message] = await messagesOf(await this.send(method, params));
    const { result, error } = message as { result?: Result; error?: { code: number; message: string } };
    if (error) throw Object.assign(new Error(error.message), error);
    return result as Result;
  }

  call = (name: string, args: object = {}): Promise<WireTask> => this.ask("tools/call", { name, arguments: args });
  get = (taskId: string): Promise<WireTask> => this.ask("tasks/get", { taskId });
  cancel = (taskId: string): Promise<WireTask> => this.ask("tasks/cancel", { taskId });
  answer = (taskId: string, inputResponses: object): Promise<WireTask> =>
    this.ask("tasks/update", { taskId, inputResponses });

  /** Polls until the task is in one of these states. */
  async until(taskId: string, ...states: string[]): Promise<WireTask> {
    for (;;) {
      const task = await this.get(taskId);
      if (states.includes(task.status)) return task;
      await sleep(10);
    }
  }

  settled = (taskId: string): Promise<WireTask> => this.until(taskId, "completed", "failed", "cancelled");
}

/** Instances of a server in this process, over one store. */
export function instancesOf(
  server: ServerDefinition,
  { count = 1, now, ...options }: Partial<McpEndpointOptions> & { count?: number; now?: () => number } = {},
): Caller[] {
  const store = options.store ?? createMemoryStore(now);
  const times = now ? { now } : {};
  return Array.from({ length: count }, () =>
    callerOf(createEndpoint(server, { logLevel: "silent", ...options, store }, times)),
  );
}

/** The answer to a question of `confirm: boolean`. */
export const accepted = { action: "accept", content: { confirm: true } };
