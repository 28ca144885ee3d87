import { setImmediate as nextTurn } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import type { HttpHandler, Job, WorkQueue } from "../src/adapter.ts";
import { createEndpoint } from "../src/endpoint.ts";
import { createMemoryStore, defineServer, type ServerDefinition } from "../src/index.ts";
import { createTasks } from "../src/tasks/create-tasks.ts";
import { messagesOf, toInstance } from "./bench-instances.ts";
import { modernRequest } from "./messages.ts";
import { freshMeter, type Meter, meteredStore } from "./metered-store.ts";

/** The operations of the store that a part of a task's life took, and the jobs that it gave to the queue. */
export interface TaskCost {
  readonly operation: string;
  readonly meter: Meter;
  readonly jobs: number;
}

const ASKED = {
  method: "elicitation/create",
  params: { mode: "form", message: "Go on?", requestedSchema: { type: "object", properties: {} } },
} as const;
const LARGE = "x".repeat(150_000);
const HOUR_MS = 3_600_000;

/** Drives tasks over a store that counts, by a clock of its own, and gives back what each part of their lives cost. */
export async function measureTaskCosts(): Promise<readonly TaskCost[]> {
  const bench = startBench();
  const costs: TaskCost[] = [];
  const cost = async <Result>(operation: string, run: () => Promise<Result>): Promise<Result> => {
    Object.assign(bench.meter, freshMeter());
    bench.submitted = 0;
    const result = await run();
    costs.push({ operation, meter: { ...bench.meter }, jobs: bench.submitted });
    return result;
  };
  const taskId = await cost("from tools/call to the answer that it works", () => bench.call("three_steps"));
  await cost("poll of a task that works", () => bench.get(taskId, "working"));
  await bench.work();
  await cost("poll of a task that waits for a person", () => bench.get(taskId, "input_required"));
  await cost("an hour that a person thinks", bench.wait);
  await bench.answer(taskId);
  await bench.work();
  await cost("poll of a finished task", () => bench.get(taskId, "completed"));
  await cost("task with three steps and a question, without polls", async () => {
    const whole = await bench.call("three_steps");
    await bench.work();
    await bench.answer(whole);
    await bench.work();
  });
  const large = await bench.call("large");
  await bench.work();
  await cost("poll of a finished task, result of 150 KB", () => bench.get(large, "completed"));
  return costs;
}

interface Bench {
  readonly meter: Meter;
  /** Jobs that were given to the queue. */
  submitted: number;
  /** Begins a task of a tool. Settles with its id. */
  call(tool: string): Promise<string>;
  /** Polls a task. Throws where its status is another one. */
  get(taskId: string, status: string): Promise<void>;
  answer(taskId: string): Promise<void>;
  /** Delivers all jobs, until none is left. */
  work(): Promise<void>;
  /** An hour passes, in which whatever would happen of itself does. */
  wait(): Promise<void>;
}

function startBench(): Bench {
  const meter = freshMeter();
  const jobs: Job[] = [];
  let elapsedMs = 0;
  const now = (): number => Date.now() + elapsedMs;
  const workQueue: WorkQueue = {
    async submit(job) {
      jobs.push(job);
      bench.submitted++;
    },
  };
  const store = meteredStore(createMemoryStore(now), meter);
  const endpoint: HttpHandler = createEndpoint(createTaskServer(), { logLevel: "silent", store, workQueue }, { now });
  const instance = toInstance(endpoint);

  async function ask(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    for await (const { result, error } of messagesOf(await instance(...taskRequest(method, params)))) {
      if (error) throw new Error(`${method} failed: ${JSON.stringify(error)}`);
      return result as Record<string, unknown>;
    }
    throw new Error(`${method} was not answered.`);
  }
  const bench: Bench = {
    meter,
    submitted: 0,
    call: async (name) => String((await ask("tools/call", { name, arguments: {} })).taskId),
    async get(taskId, status) {
      const task = await ask("tasks/get", { taskId });
      if (task.status !== status) throw new Error(`The task is ${task.status}, not ${status}.`);
    },
    async answer(taskId) {
      await ask("tasks/update", { taskId, inputResponses: { ask: { action: "accept", content: {} } } });
    },
    async work() {
      for (let job = jobs.shift(); job; job = jobs.shift()) {
        const request = { method: "POST", url: "/mcp", headers: {}, body: "" };
        await endpoint(request, { requestId: "job", canStream: false, job: job.taskId });
      }
    },
    async wait() {
      elapsedMs += HOUR_MS;
      for (let turn = 0; turn < 10; turn++) await nextTurn();
      await bench.work();
    },
  };
  return bench;
}

function createTaskServer(): ServerDefinition {
  const tasks = createTasks();
  const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });
  return defineServer({
    tasks,
    createServer() {
      const server = new McpServer({ name: "bench", version: "1.0.0" });
      const inputSchema = z.object({});
      server.registerTool(
        "three_steps",
        { inputSchema },
        tasks.run(async (_args, task) => {
          await task.step("first", () => 1);
          await task.step("second", () => 2);
          await task.ask("ask", ASKED);
          await task.step("third", () => 3);
          return text("done");
        }),
      );
      server.registerTool(
        "large",
        { inputSchema },
        tasks.run(async () => text(LARGE)),
      );
      return server;
    },
  });
}

/** A request of a client that takes tasks, with the headers that repeat it. */
function taskRequest(method: string, params: Record<string, unknown>): ReturnType<typeof modernRequest> {
  const [message, headers] = modernRequest(method, params);
  const { taskId } = params;
  const meta = (message as { params: { _meta: Record<string, unknown> } }).params._meta;
  meta["io.modelcontextprotocol/clientCapabilities"] = {
    elicitation: { form: {} },
    extensions: { "io.modelcontextprotocol/tasks": {} },
  };
  return [message, typeof taskId === "string" ? { ...headers, "mcp-name": taskId } : headers];
}
