import { setImmediate as nextTurn } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { defineServer, type ServerDefinition } from "../../../src/index.ts";
import { createTasks, type Task } from "../../../src/tasks/create-tasks.ts";

/** Called when a step runs; false where the process that would run it is dead. */
export type OnStep = (taskId: string, key: string) => boolean;

const question = (message: string) =>
  ({
    method: "elicitation/create",
    params: { mode: "form", message, requestedSchema: { type: "object", properties: { note: { type: "string" } } } },
  }) as const;

/** A server whose task has steps in a row and side by side, two questions, one alone and one beside a step, and a sleep. */
export function createChaosServer(onStep: OnStep): ServerDefinition {
  const tasks = createTasks({ perCaller: 10_000, total: 10_000, ttlSeconds: 2_592_000, attempts: 20 });
  const step = (task: Task, key: string): Promise<string> =>
    task.step(key, async () => {
      await nextTurn();
      if (!onStep(task.id, key)) return new Promise<never>(() => {});
      return key;
    });
  const ask = async (task: Task, key: string): Promise<unknown> => (await task.ask(key, question(key))).content?.note;
  return defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "chaos", version: "1.0.0" });
      const callback = tasks.run(async ({ n }: { n: number }, task) => {
        const first = await step(task, "first");
        const approved = await ask(task, "approve");
        const both = await Promise.all([step(task, "left"), step(task, "right"), ask(task, "beside")]);
        await task.sleep("pause", 30);
        const last = await step(task, "last");
        return { content: [{ type: "text" as const, text: JSON.stringify([n, first, approved, ...both, last]) }] };
      });
      server.registerTool("work", { inputSchema: z.object({ n: z.number() }) }, callback);
      return server;
    },
  });
}
