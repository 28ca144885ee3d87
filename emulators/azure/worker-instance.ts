import { fileURLToPath } from "node:url";
import { AnycloudError } from "../../src/adapter.ts";
import { type Instance, startInstance } from "../instance.ts";
import type { FunctionApp } from "./function-app.ts";
import { type Route, toRoutes } from "./routes.ts";
import type {
  FunctionMetadata,
  HostMessage,
  InvocationRequest,
  InvocationResult,
  WorkerMessage,
} from "./worker-protocol.ts";

/** A worker process that has loaded the app. */
export interface Worker extends Instance {
  readonly routes: readonly Route[];
  readonly queueTriggers: readonly QueueTrigger[];
  /** URL of the worker's HTTP server; undefined when the app does not stream, and the message holds the request. */
  readonly httpUri: URL | undefined;
  /** Resolves when the invocation has ended; rejects when the process ended first. */
  invoke(request: InvocationRequest): Promise<InvocationResult>;
}

/** A function that a storage queue triggers. */
interface QueueTrigger {
  readonly functionId: string;
  readonly bindingName: string;
  readonly queueName: string;
}

export interface WorkerOptions {
  readonly app: FunctionApp;
  readonly environment: Readonly<Record<string, string>>;
  /** Aborts a start that is in progress. */
  readonly signal: AbortSignal;
  readonly onOutput: ((line: string) => void) | undefined;
  /** How long the app may take to load. Default 30 s, as for the host (WorkerProcessCountOptions.EnvironmentReloadTimeout). */
  readonly limitMs?: number;
}

const SCRIPT = fileURLToPath(
  new URL(`./worker.${import.meta.filename.endsWith(".ts") ? "ts" : "js"}`, import.meta.url),
);
/** Log levels that a function app's console shows; `debug` and `trace` are below the default level. */
const SHOWN = new Set(["information", "warning", "error", "critical"]);

/** Starts a worker. Rejects with ARTEFACT_INVALID or INSTANCE_FAILED when it cannot serve HTTP functions. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { app, environment, signal, onOutput, limitMs = 30_000 } = options;
  const instance = startInstance({
    command: [SCRIPT, app.folder],
    cwd: app.folder,
    environment,
    ...(onOutput && { onOutput }),
  });
  const pending = new Map<string, (result: InvocationResult) => void>();
  const ready = Promise.withResolvers<Extract<WorkerMessage, { type: "ready" }>>();
  instance.process.on("message", (message: WorkerMessage) => {
    if (message.type === "ready") ready.resolve(message);
    else if (message.type === "failed") ready.reject(invalid(app, `does not load: ${message.message}`));
    else if (message.type === "result") pending.get(message.result.invocationId)?.(message.result);
    else if (message.category === "user" && SHOWN.has(message.level)) onOutput?.(message.message);
  });
  instance.exited.then((how) => {
    const message = `The function app in ${app.folder} ended while it started (${how}): see what it printed.`;
    ready.reject(new AnycloudError("INSTANCE_FAILED", message));
  });
  const stop = (): void => void instance.stop();
  signal.addEventListener("abort", stop, { once: true });
  const limit = setTimeout(() => {
    const message = `The function app in ${app.folder} does not load within ${limitMs / 1_000} s: look for what it waits for.`;
    ready.reject(new AnycloudError("INSTANCE_FAILED", message));
  }, limitMs);
  try {
    if (signal.aborted) stop();
    const { capabilities, functions } = await ready.promise;
    const routes = toRoutes(functions, app.routePrefix);
    if (routes.length === 0) throw invalid(app, "registers no HTTP function: call toAzureFunctions in its entry file");
    const uri = capabilities.HttpUri;
    const queueTriggers = toQueueTriggers(functions);
    return {
      ...instance,
      routes,
      queueTriggers,
      httpUri: uri ? new URL(uri) : undefined,
      invoke: invoker(instance, pending),
    };
  } catch (error) {
    await instance.stop();
    throw error;
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", stop);
  }
}

const toQueueTriggers = (functions: readonly FunctionMetadata[]): QueueTrigger[] =>
  functions.flatMap(({ name, functionId = name, bindings }) =>
    Object.entries(bindings).flatMap(([bindingName, { type, queueName }]) =>
      type.toLowerCase() === "queuetrigger" && queueName ? [{ functionId, bindingName, queueName }] : [],
    ),
  );

const invalid = (app: FunctionApp, what: string): AnycloudError =>
  new AnycloudError("ARTEFACT_INVALID", `The function app in ${app.folder} ${what}.`);

function invoker(instance: Instance, pending: Map<string, (result: InvocationResult) => void>): Worker["invoke"] {
  return async (request) => {
    const { promise, resolve, reject } = Promise.withResolvers<InvocationResult>();
    pending.set(request.invocationId, resolve);
    void instance.exited.then((how) => reject(new AnycloudError("INSTANCE_FAILED", `The worker ended (${how}).`)));
    try {
      // A closed channel means that the worker is ending, and its end rejects the invocation.
      instance.process.send({ type: "invoke", request } satisfies HostMessage, () => {});
      return await promise;
    } finally {
      pending.delete(request.invocationId);
    }
  };
}
