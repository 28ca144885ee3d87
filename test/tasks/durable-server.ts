import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { createMemoryStore, defineServer, type ServerDefinition } from "../../src/index.ts";
import type { StateStore } from "../../src/store/store.ts";
import { createTasks, type Task, type TasksOptions } from "../../src/tasks/create-tasks.ts";
import type { Caller } from "../support/messages.ts";
import { countedStore } from "../support/stores.ts";
import { createManualQueue, type ManualQueue } from "./manual-queue.ts";
import { instancesOf, TasksClient } from "./tasks-client.ts";

/** A question to the user of a client. */
export const question = {
  method: "elicitation/create",
  params: { mode: "form", message: "Go on?", requestedSchema: { type: "object", properties: {} } },
} as const;

/** A server with one tool, `work`, whose handler is given. */
export function serverOf(
  handler: (task: Task, args: { size?: number | undefined }) => Promise<string>,
  options?: TasksOptions,
): ServerDefinition {
  const tasks = createTasks(options);
  return defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "durable", version: "1.0.0" });
      const inputSchema = z.object({ size: z.number().optional() });
      server.registerTool(
        "work",
        { inputSchema },
        tasks.run(async (args, task) => ({ content: [{ type: "text", text: await handler(task, args) }] })),
      );
      return server;
    },
  });
}

/** Three instances over one store and queue, at a time that a test sets. */
export interface Setting {
  readonly queue: ManualQueue;
  readonly instances: Caller[];
  readonly client: TasksClient;
  readonly store: ReturnType<typeof countedStore>;
  readonly clock: { now: number };
}

export function set(server: ServerDefinition, wrap = (store: StateStore): StateStore => store): Setting {
  const clock = { now: Date.now() };
  const now = (): number => clock.now;
  const store = countedStore(wrap(createMemoryStore(now)));
  const queue = createManualQueue();
  const instances = instancesOf(server, { count: 3, store, workQueue: queue, now });
  return { queue, instances, client: new TasksClient(instances), store, clock };
}
